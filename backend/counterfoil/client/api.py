"""The client: one method an operation. Written by scripts/build_client; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from counterfoil.client.models import (
    AcceptAssignmentRequest,
    AcceptFacilityRequest,
    AcceptOfferRequest,
    AcceptSubstituteRequest,
    AcknowledgeAssignmentRequest,
    AddAssetRequest,
    AddOwnKey,
    AddPartyKeyRequest,
    AmendReceiptRequest,
    ApproveActRequest,
    AssignLotRequest,
    AttestPayoutRequest,
    AttestReceiptRequest,
    AttestStockRequest,
    AuditEntries,
    AuditVerification,
    BillSheet,
    BillStateName,
    BlockMatchedAssets,
    BuyAssetRequest,
    CallMarginRequest,
    CancelNoteRequest,
    CancelReceiptRequest,
    CloseReceiptDisputeRequest,
    Command,
    CommandPage,
    CommandState,
    ConfirmNoteRequest,
    CreatedWebhook,
    DecisionBody,
    DeliverReceiptRequest,
    Delivery,
    DeliverySheet,
    DeliveryState,
    Direction,
    DiscardDraftRequest,
    DischargeBillRequest,
    DisputeNoteRequest,
    DisputeReceiptRequest,
    Document,
    DocumentReader,
    Documents,
    DocumentWraps,
    EndorseBillRequest,
    EnforceByOrderRequest,
    EventPage,
    ExecuteActRequest,
    FacilitySheet,
    FacilityStateName,
    FinancingSheet,
    FinancingStateName,
    ForceBillTransferRequest,
    ForceReceiptTransferRequest,
    FreezeBillRequest,
    FreezeReceiptRequest,
    IdentityProviderAnswer,
    IdentityProviderBody,
    Instruction,
    InvoiceSheet,
    IssueBill,
    IssueCash,
    IssueReceiptRequest,
    KeyBody,
    LienStateName,
    LiftMarginCallRequest,
    LimitsBody,
    LoginBody,
    LotSheet,
    LotStateName,
    MarkDefaultedRequest,
    MarkFacilityDefaultedRequest,
    MarkMaturedRequest,
    MarkOverdueRequest,
    MatchExternalLiens,
    MergeReceiptsRequest,
    NewWebhook,
    NoteSheet,
    NoteSide,
    NoteStateName,
    OfferClaimRequest,
    OfferFacility,
    OfferLoan,
    OfferPurchase,
    OfferSaleRequest,
    OpenStock,
    OrderDeliveryRequest,
    OrganisationAnswer,
    OrganisationBody,
    OrganisationCreatedAnswer,
    Organisations,
    PageBalance,
    PageBillSheet,
    PageDelivery,
    PageFacilitySheet,
    PageFinancingSheet,
    PageHeldLot,
    PageInvoiceSheet,
    PageLienSheet,
    PageNoteLine,
    PagePartyLine,
    PagePartyRef,
    PagePayment,
    PagePriceSheet,
    PageProposalSheet,
    PageReceiptSheet,
    PageRedemptionSheet,
    PageStockSheet,
    PageWaitingAssignment,
    PageWebhook,
    PartySheet,
    PasswordChangeBody,
    PasswordSetBody,
    PledgeAssetRequest,
    PolicyAnswer,
    PolicyBody,
    PostPrice,
    PriorityAnswer,
    ProposalStateName,
    ProposeAdmission,
    ProposeAppointment,
    ProposeCall,
    ProposeDismissal,
    ProposeNote,
    ProposeRecovery,
    ProposeReinstatement,
    ProposeRemoval,
    ProposeSubstituteRequest,
    ProposeSuspension,
    ProveKey,
    PublicKey,
    ReactivatePartyRequest,
    ReceiptSheet,
    ReceiptStateName,
    RecordCreditNote,
    RedeemCash,
    RegisterParty,
    ReinstateBillRequest,
    RejectAssignmentRequest,
    RejectNoteRequest,
    ReleaseLienRequest,
    ReleasePartOfLot,
    ReleasePartOfReceiptRequest,
    RemoveOwnKeyRequest,
    RemovePartyKeyRequest,
    RepayFacilityRequest,
    RepayLoanRequest,
    ResolveDisputeRequest,
    ResolveExternalMatchRequest,
    RestackReceiptRequest,
    RevokeAssignmentRequest,
    RevokeDeliveryRequest,
    RevokeSurrenderRequest,
    RolesBody,
    RotateKey,
    SealMergeRequest,
    SealSplitRequest,
    SealTransferRequest,
    SeatCouncil,
    SessionAnswer,
    Sessions,
    SessionView,
    SetAttestationAge,
    SetExposureCapRequest,
    SetPartyRolesRequest,
    SetPledgeConsentRequest,
    SetStandingAcceptance,
    SettleNoteRequest,
    ShareBody,
    Signature,
    SplitLotRequest,
    SplitReceiptRequest,
    StatementSheet,
    StockSheet,
    SubjectBody,
    SubstituteAssetRequest,
    SurrenderBillRequest,
    SuspendPartyRequest,
    SwitchBillRequest,
    TakeAssetRequest,
    TakeClaimRequest,
    TakeIn,
    TokenAnswer,
    TokenBody,
    Tokens,
    TokenWithSecret,
    TransferCash,
    TransferPledgeRequest,
    TransferReceiptRequest,
    UnfreezeBillRequest,
    UnfreezeReceiptRequest,
    UserAnswer,
    UserBody,
    Users,
    UserWithCode,
    Webhook,
    WebhookChange,
    WithdrawApprovalRequest,
    WithdrawAssetRequest,
    WithdrawBody,
    WithdrawDisputeRequest,
    WithdrawFacilityRequest,
    WithdrawNoteRequest,
    WithdrawOfferRequest,
    WithdrawReceiptDisputeRequest,
    WrapsBody,
    WriteOffRequest,
)
from counterfoil.client.transport import FormFile, Transport, segment


class Client(Transport):
    """Every operation. A write takes an idempotency key: repeat it to repeat the write."""

    __slots__ = ()

    def accept_assignment(
        self,
        note_id: int,
        segment: int,
        index: int,
        body: AcceptAssignmentRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Accept an offered lot, as the party that it was offered to.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/lots/{note_id}/{segment}/{index}/accept",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def accept_facility(
        self,
        facility_id: int,
        body: AcceptFacilityRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take an offer, as the borrower: every asset is pledged and the money paid at once.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/facilities/{facility_id}/accept",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def accept_offer(
        self,
        financing_id: int,
        body: AcceptOfferRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take an offer, as the lot's holder: money and asset change hands at once.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/financings/{financing_id}/accept",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def accept_substitute(
        self,
        asset: str,
        body: AcceptSubstituteRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take a proposed substitute, as the pledgee: the new lien is placed and the old one released
        at once.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/assets/{segment(asset)}/accept-substitute",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def acknowledge_assignment(
        self,
        note_id: int,
        segment: int,
        index: int,
        body: AcknowledgeAssignmentRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Record, as the debtor, that the holder of a lot is known.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/lots/{note_id}/{segment}/{index}/acknowledge",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def add_asset(
        self,
        facility_id: int,
        body: AddAssetRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Put a further asset into the pool, as the borrower.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/facilities/{facility_id}/assets",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def add_document(
        self,
        body: Sequence[FormFile],
        *,
        idempotency_key: str | None = None,
    ) -> Document:
        """Add a file; the service encrypts it"""
        answer = self.request(
            "POST",
            "/v1/documents",
            files=body,
            idempotency_key=idempotency_key,
        )
        return cast("Document", answer.body)

    def add_document_wraps(
        self,
        document_id: str,
        body: WrapsBody,
        *,
        idempotency_key: str | None = None,
    ) -> None:
        """Give other readers the key of a file that only its readers can open"""
        answer = self.request(
            "POST",
            f"/v1/documents/{segment(document_id)}/wraps",
            body=body,
            idempotency_key=idempotency_key,
        )
        del answer

    def add_opaque_document(
        self,
        body: Sequence[FormFile],
        *,
        idempotency_key: str | None = None,
    ) -> Document:
        """Add a file that you encrypted; the service cannot read it"""
        answer = self.request(
            "POST",
            "/v1/documents/opaque",
            files=body,
            idempotency_key=idempotency_key,
        )
        return cast("Document", answer.body)

    def add_own_key(
        self,
        body: AddOwnKey,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Add a key beside those that the party has.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/keys",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def add_party_key(
        self,
        party_id: int,
        body: AddPartyKeyRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Give a party a key, as the registrar.

        The operator acts for the office registrar. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/parties/{party_id}/keys",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def amend_receipt(
        self,
        receipt_id: int,
        body: AmendReceiptRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Let a receipt say what a document says, as the keeper; goods and lots stay as they are.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/amend",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def approve_act(
        self,
        proposal_id: int,
        body: ApproveActRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Approve a proposal as it stands, as a member.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/council/proposals/{proposal_id}/approve",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def approve_command(
        self,
        command_id: str,
        body: DecisionBody,
        *,
        idempotency_key: str | None = None,
    ) -> Command:
        """Approve a command that somebody else entered, as it was read."""
        answer = self.request(
            "POST",
            f"/v1/commands/{segment(command_id)}/approve",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("Command", answer.body)

    def assign_lot(
        self,
        note_id: int,
        segment: int,
        index: int,
        body: AssignLotRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Assign a whole lot, as its holder. It moves at once where the assignee accepts in advance.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/lots/{note_id}/{segment}/{index}/assign",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def attest_payout(
        self,
        redemption_id: int,
        body: AttestPayoutRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Record that a redemption was paid, as the bank.

        The operator acts for the office bank. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/cash/redemptions/{redemption_id}/attest",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def attest_receipt(
        self,
        receipt_id: int,
        body: AttestReceiptRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Attest quantity and quality of a draft, as an inspector that is not the keeper.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/attest",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def attest_stock(
        self,
        stock_id: int,
        body: AttestStockRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Record a count, as an inspector that is not the keeper.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/stocks/{stock_id}/attest",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def begin_oidc_login(
        self,
        org_id: str,
    ) -> Any:
        """Send the browser to the organisation's identity provider."""
        answer = self.request(
            "GET",
            f"/v1/oidc/{segment(org_id)}/login",
        )
        return cast("Any", answer.body)

    def block_matched_assets(
        self,
        body: BlockMatchedAssets | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Set a block for every open match that has none, as the examiner: no new pledge until it is
        decided.

        The operator acts for the office examiner. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/external-liens/block",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def buy_asset(
        self,
        facility_id: int,
        asset: str,
        body: BuyAssetRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Buy an asset in enforcement, as the buyer: money and asset change hands at once.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/facilities/{facility_id}/assets/{segment(asset)}/buy",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def call_margin(
        self,
        facility_id: int,
        body: CallMarginRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Call margin, as the funder; the deadline is the agreed period from then.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/facilities/{facility_id}/call-margin",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def cancel_note(
        self,
        note_id: int,
        body: CancelNoteRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Give a live note up, as the creditor that still holds all of it; its invoices are free
        again.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/notes/{note_id}/cancel",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def cancel_receipt(
        self,
        receipt_id: int,
        body: CancelReceiptRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """End a receipt whose goods are gone or never were, as the arbiter.

        The operator acts for the office arbiter. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/cancel",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def change_password(
        self,
        body: PasswordChangeBody,
        *,
        idempotency_key: str | None = None,
    ) -> None:
        """Change the own password; ends all sessions of the user, this one too."""
        answer = self.request(
            "POST",
            "/v1/session/password",
            body=body,
            idempotency_key=idempotency_key,
        )
        del answer

    def change_webhook(
        self,
        webhook_id: str,
        body: WebhookChange,
        *,
        idempotency_key: str | None = None,
    ) -> Webhook:
        """Pause a webhook or let it go on."""
        answer = self.request(
            "PATCH",
            f"/v1/webhooks/{segment(webhook_id)}",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("Webhook", answer.body)

    def close_receipt_dispute(
        self,
        receipt_id: int,
        body: CloseReceiptDisputeRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Decide a dispute, as the arbiter; the receipt is issued again.

        The operator acts for the office arbiter. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/close-dispute",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def confirm_note(
        self,
        note_id: int,
        body: ConfirmNoteRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Sign a proposed note as the side that did not propose it; the note is live from here on.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/notes/{note_id}/confirm",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def create_organisation(
        self,
        body: OrganisationBody,
        *,
        idempotency_key: str | None = None,
    ) -> OrganisationCreatedAnswer:
        """Set an organisation up, for the operator. Hand the code over to its first administrator."""
        answer = self.request(
            "POST",
            "/v1/organisations",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("OrganisationCreatedAnswer", answer.body)

    def create_token(
        self,
        body: TokenBody,
        *,
        idempotency_key: str | None = None,
    ) -> TokenWithSecret:
        """Make a token for the user who is logged in. Its secret is shown this once."""
        answer = self.request(
            "POST",
            "/v1/tokens",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("TokenWithSecret", answer.body)

    def create_user(
        self,
        body: UserBody,
        *,
        idempotency_key: str | None = None,
    ) -> UserWithCode:
        """Create a user. Hand the code over: with it the user sets a password within 48 hours."""
        answer = self.request(
            "POST",
            "/v1/users",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("UserWithCode", answer.body)

    def create_webhook(
        self,
        body: NewWebhook,
        *,
        idempotency_key: str | None = None,
    ) -> CreatedWebhook:
        """Be told of events from now on. Only administrators; the secret is shown this once."""
        answer = self.request(
            "POST",
            "/v1/webhooks",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("CreatedWebhook", answer.body)

    def deliver_receipt(
        self,
        receipt_id: int,
        body: DeliverReceiptRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Hand everything under a released receipt over, as the keeper; the receipt ends.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/deliver",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def disable_user(
        self,
        user_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> UserAnswer:
        """Let a user in no more: its sessions end, its tokens are revoked, its approvals stop
        counting.
        """
        answer = self.request(
            "POST",
            f"/v1/users/{segment(user_id)}/disable",
            idempotency_key=idempotency_key,
        )
        return cast("UserAnswer", answer.body)

    def discard_draft(
        self,
        receipt_id: int,
        body: DiscardDraftRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Discard a draft, as the keeper; its lots are free again.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/discard",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def discharge_bill(
        self,
        bill_id: int,
        body: DischargeBillRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """End a surrendered bill in the receipt of its goods, as the carrier.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/bills/{bill_id}/discharge",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def dispute_note(
        self,
        note_id: int,
        body: DisputeNoteRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Dispute an amount, as the debtor; the rest stays payable.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/notes/{note_id}/dispute",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def dispute_receipt(
        self,
        receipt_id: int,
        body: DisputeReceiptRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Dispute a receipt, as its holder or keeper; nothing of it moves.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/dispute",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def enable_user(
        self,
        user_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> UserAnswer:
        """Let a disabled user in again."""
        answer = self.request(
            "POST",
            f"/v1/users/{segment(user_id)}/enable",
            idempotency_key=idempotency_key,
        )
        return cast("UserAnswer", answer.body)

    def end_document_share(
        self,
        body: ShareBody,
        *,
        idempotency_key: str | None = None,
    ) -> None:
        """End access that was shared; what the party had it keeps"""
        answer = self.request(
            "POST",
            "/v1/document-readers/end",
            body=body,
            idempotency_key=idempotency_key,
        )
        del answer

    def end_oidc_login(
        self,
        *,
        state: str | None = None,
        code: str | None = None,
        iss: str | None = None,
        error: str | None = None,
    ) -> SessionAnswer:
        """Where the identity provider sends the browser back to: a session for whoever it says has
        come.
        """
        answer = self.request(
            "GET",
            "/v1/oidc/callback",
            query={"state": state, "code": code, "iss": iss, "error": error},
        )
        return cast("SessionAnswer", answer.body)

    def end_user_sessions(
        self,
        user_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> UserAnswer:
        """End all sessions of a user, which may log in again; its tokens go on."""
        answer = self.request(
            "POST",
            f"/v1/users/{segment(user_id)}/end-sessions",
            idempotency_key=idempotency_key,
        )
        return cast("UserAnswer", answer.body)

    def endorse_bill(
        self,
        bill_id: int,
        body: EndorseBillRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Endorse a bill, as its holder, to a party that accepts in advance.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/bills/{bill_id}/endorse",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def enforce_by_order(
        self,
        asset: str,
        body: EnforceByOrderRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Execute an order over a pledged asset, as the arbiter; money is settled outside.

        The operator acts for the office arbiter. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/assets/{segment(asset)}/enforce",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def execute_act(
        self,
        proposal_id: int,
        body: ExecuteActRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Carry out what enough members approve, as a member, once its time has come.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/council/proposals/{proposal_id}/execute",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def export_audit_log(
        self,
    ) -> bytes:
        """All entries as JSON lines, oldest first, with everything that their hashes cover."""
        answer = self.request(
            "GET",
            "/v1/audit-log/export",
        )
        return cast("bytes", answer.body)

    def force_bill_transfer(
        self,
        bill_id: int,
        body: ForceBillTransferRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Execute a court's order over title to a bill, as the arbiter.

        The operator acts for the office arbiter. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/bills/{bill_id}/force-transfer",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def force_receipt_transfer(
        self,
        receipt_id: int,
        body: ForceReceiptTransferRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Execute a court's order over title, as the arbiter; lien, freeze and dispute stay.

        The operator acts for the office arbiter. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/force-transfer",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def freeze_bill(
        self,
        bill_id: int,
        body: FreezeBillRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Stop a bill, as the arbiter.

        The operator acts for the office arbiter. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/bills/{bill_id}/freeze",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def freeze_receipt(
        self,
        receipt_id: int,
        body: FreezeReceiptRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Stop a receipt, as the arbiter.

        The operator acts for the office arbiter. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/freeze",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def get_command(
        self,
        command_id: str,
        *,
        if_none_match: str | None = None,
    ) -> Command:
        """A command with the decisions about it, from acceptance to its end."""
        answer = self.request(
            "GET",
            f"/v1/commands/{segment(command_id)}",
            headers={name: value for name, value in (("if-none-match", if_none_match),) if value is not None},
        )
        return cast("Command", answer.body)

    def get_instruction(
        self,
        command_id: str,
    ) -> Instruction:
        """The instruction of a command in the state awaiting_signature, to be signed offline."""
        answer = self.request(
            "GET",
            f"/v1/commands/{segment(command_id)}/instruction",
        )
        return cast("Instruction", answer.body)

    def get_invoice_template_csv(
        self,
    ) -> str:
        """Columns, and one row as an example. Fill it in and send it to /v1/invoice-batches."""
        answer = self.request(
            "GET",
            "/v1/invoice-template.csv",
        )
        return cast("str", answer.body)

    def get_invoice_template_xlsx(
        self,
    ) -> bytes:
        """Columns, and one row as an example. Fill it in and send it to /v1/invoice-batches."""
        answer = self.request(
            "GET",
            "/v1/invoice-template.xlsx",
        )
        return cast("bytes", answer.body)

    def import_external_liens(
        self,
        body: Any,
        *,
        file_name: str | None = None,
        registry: str | None = None,
        time_zone: str | None = None,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Keep the registrations of an extract, CSV or JSON, as the examiner. The same again changes
        nothing.

        The operator acts for the office examiner. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/external-liens/import",
            query={"file_name": file_name, "registry": registry, "time_zone": time_zone},
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def issue_bill(
        self,
        body: IssueBill,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Issue a bill to its shipper, as the carrier; its number is used once for ever.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/bills",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def issue_cash(
        self,
        body: IssueCash,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Book a deposit, as the bank.

        The operator acts for the office bank. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/cash/issue",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def issue_receipt(
        self,
        receipt_id: int,
        body: IssueReceiptRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Issue an attested draft to its depositor, as the keeper.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/issue",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def lift_margin_call(
        self,
        facility_id: int,
        body: LiftMarginCallRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """End a margin call, as funder or borrower, once the loan-to-value is within the limit.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/facilities/{facility_id}/lift-margin-call",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def link_user(
        self,
        user_id: str,
        body: SubjectBody,
        *,
        idempotency_key: str | None = None,
    ) -> UserAnswer:
        """Link a user to what the organisation's identity provider calls it."""
        answer = self.request(
            "PUT",
            f"/v1/users/{segment(user_id)}/subject",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("UserAnswer", answer.body)

    def list_assignments(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        direction: Direction | None = None,
    ) -> PageWaitingAssignment:
        """Assignments that wait for the assignee's answer."""
        answer = self.request(
            "GET",
            "/v1/assignments",
            query={"limit": limit, "cursor": cursor, "direction": direction},
        )
        return cast("PageWaitingAssignment", answer.body)

    def list_audit_log(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AuditEntries:
        """Entries in order, oldest first."""
        answer = self.request(
            "GET",
            "/v1/audit-log",
            query={"limit": limit, "cursor": cursor},
        )
        return cast("AuditEntries", answer.body)

    def list_balances(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> PageBalance:
        """The caller's cash by currency, without zeros; of every party for who sees everything."""
        answer = self.request(
            "GET",
            "/v1/cash/balances",
            query={"limit": limit, "cursor": cursor},
        )
        return cast("PageBalance", answer.body)

    def list_bills(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: BillStateName | None = None,
    ) -> PageBillSheet:
        """Bills of lading that the caller may see, by number."""
        answer = self.request(
            "GET",
            "/v1/bills",
            query={"limit": limit, "cursor": cursor, "state": state},
        )
        return cast("PageBillSheet", answer.body)

    def list_commands(
        self,
        *,
        state: list[CommandState] | None = None,
        operation: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> CommandPage:
        """The organisation's commands, newest first; the operator and auditors see everybody's."""
        answer = self.request(
            "GET",
            "/v1/commands",
            query={"state": state, "operation": operation, "limit": limit, "cursor": cursor},
        )
        return cast("CommandPage", answer.body)

    def list_council_members(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> PagePartyRef:
        """Who sits in the council, by number; everybody may know whose votes recover its key."""
        answer = self.request(
            "GET",
            "/v1/council/members",
            query={"limit": limit, "cursor": cursor},
        )
        return cast("PagePartyRef", answer.body)

    def list_council_proposals(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: ProposalStateName | None = None,
    ) -> PageProposalSheet:
        """What was put before the council, by number; nothing to who does not sit in it."""
        answer = self.request(
            "GET",
            "/v1/council/proposals",
            query={"limit": limit, "cursor": cursor, "state": state},
        )
        return cast("PageProposalSheet", answer.body)

    def list_deliveries(
        self,
        webhook_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: DeliveryState | None = None,
    ) -> PageDelivery:
        """What became of the messages to a webhook, the newest first."""
        answer = self.request(
            "GET",
            f"/v1/webhooks/{segment(webhook_id)}/deliveries",
            query={"limit": limit, "cursor": cursor, "state": state},
        )
        return cast("PageDelivery", answer.body)

    def list_document_readers(
        self,
        *,
        subject: str,
    ) -> list[DocumentReader]:
        """Who reads the files of a subject that you read"""
        answer = self.request(
            "GET",
            "/v1/document-readers",
            query={"subject": subject},
        )
        return cast("list[DocumentReader]", answer.body)

    def list_documents(
        self,
        *,
        subject: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Documents:
        """The files that you may read"""
        answer = self.request(
            "GET",
            "/v1/documents",
            query={"subject": subject, "limit": limit, "cursor": cursor},
        )
        return cast("Documents", answer.body)

    def list_encryption_keys(
        self,
    ) -> list[PublicKey]:
        """Your organisation's encryption keys, newest last"""
        answer = self.request(
            "GET",
            "/v1/encryption-keys",
        )
        return cast("list[PublicKey]", answer.body)

    def list_events(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
    ) -> EventPage:
        """Events that concern the caller, oldest first."""
        answer = self.request(
            "GET",
            "/v1/events",
            query={"after": after, "limit": limit},
        )
        return cast("EventPage", answer.body)

    def list_facilities(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: FacilityStateName | None = None,
    ) -> PageFacilitySheet:
        """Facilities that the caller may see, by number."""
        answer = self.request(
            "GET",
            "/v1/facilities",
            query={"limit": limit, "cursor": cursor, "state": state},
        )
        return cast("PageFacilitySheet", answer.body)

    def list_financings(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: FinancingStateName | None = None,
    ) -> PageFinancingSheet:
        """Financings that the caller may see, by number."""
        answer = self.request(
            "GET",
            "/v1/financings",
            query={"limit": limit, "cursor": cursor, "state": state},
        )
        return cast("PageFinancingSheet", answer.body)

    def list_invoices(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        number: str | None = None,
    ) -> PageInvoiceSheet:
        """Documents of which the caller is seller or buyer, in the order of recording."""
        answer = self.request(
            "GET",
            "/v1/invoices",
            query={"limit": limit, "cursor": cursor, "number": number},
        )
        return cast("PageInvoiceSheet", answer.body)

    def list_liens(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: LienStateName | None = None,
    ) -> PageLienSheet:
        """Liens that the caller may see, by asset, each asset's in the order of their placing."""
        answer = self.request(
            "GET",
            "/v1/liens",
            query={"limit": limit, "cursor": cursor, "state": state},
        )
        return cast("PageLienSheet", answer.body)

    def list_liens_of_asset(
        self,
        asset: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> PageLienSheet:
        """Every lien that an asset ever carried; those that the caller may see, oldest first."""
        answer = self.request(
            "GET",
            f"/v1/assets/{segment(asset)}/liens",
            query={"limit": limit, "cursor": cursor},
        )
        return cast("PageLienSheet", answer.body)

    def list_lots(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: LotStateName | None = None,
    ) -> PageHeldLot:
        """Lots that the caller holds; who sees everything gets every lot that was not cut."""
        answer = self.request(
            "GET",
            "/v1/lots",
            query={"limit": limit, "cursor": cursor, "state": state},
        )
        return cast("PageHeldLot", answer.body)

    def list_notes(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: NoteStateName | None = None,
        as_: NoteSide | None = None,
    ) -> PageNoteLine:
        """Notes that the caller may see, by number."""
        answer = self.request(
            "GET",
            "/v1/notes",
            query={"limit": limit, "cursor": cursor, "state": state, "as": as_},
        )
        return cast("PageNoteLine", answer.body)

    def list_organisations(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Organisations:
        """All organisations, for the operator."""
        answer = self.request(
            "GET",
            "/v1/organisations",
            query={"limit": limit, "cursor": cursor},
        )
        return cast("Organisations", answer.body)

    def list_parties(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        identifier: str | None = None,
        role: str | None = None,
    ) -> PagePartyLine:
        """The parties on the ledger, by number."""
        answer = self.request(
            "GET",
            "/v1/parties",
            query={"limit": limit, "cursor": cursor, "identifier": identifier, "role": role},
        )
        return cast("PagePartyLine", answer.body)

    def list_payments(
        self,
        note_id: int,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> PagePayment:
        """What the debtor paid, lot by lot: to the debtor all of it, to others what they got."""
        answer = self.request(
            "GET",
            f"/v1/notes/{note_id}/payments",
            query={"limit": limit, "cursor": cursor},
        )
        return cast("PagePayment", answer.body)

    def list_prices(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        source_id: int | None = None,
    ) -> PagePriceSheet:
        """The newest price of each good by each source."""
        answer = self.request(
            "GET",
            "/v1/prices",
            query={"limit": limit, "cursor": cursor, "source_id": source_id},
        )
        return cast("PagePriceSheet", answer.body)

    def list_receipts(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: ReceiptStateName | None = None,
    ) -> PageReceiptSheet:
        """Warehouse receipts that the caller may see, by number."""
        answer = self.request(
            "GET",
            "/v1/receipts",
            query={"limit": limit, "cursor": cursor, "state": state},
        )
        return cast("PageReceiptSheet", answer.body)

    def list_redemptions(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> PageRedemptionSheet:
        """What the caller redeemed, by number."""
        answer = self.request(
            "GET",
            "/v1/cash/redemptions",
            query={"limit": limit, "cursor": cursor},
        )
        return cast("PageRedemptionSheet", answer.body)

    def list_sessions(
        self,
    ) -> Sessions:
        """The user's open sessions. Their times of use are exact to about a minute."""
        answer = self.request(
            "GET",
            "/v1/sessions",
        )
        return cast("Sessions", answer.body)

    def list_stocks(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> PageStockSheet:
        """Stocks that the caller may see, by number."""
        answer = self.request(
            "GET",
            "/v1/stocks",
            query={"limit": limit, "cursor": cursor},
        )
        return cast("PageStockSheet", answer.body)

    def list_tokens(
        self,
    ) -> Tokens:
        """The own tokens; for an administrator those of the whole organisation."""
        answer = self.request(
            "GET",
            "/v1/tokens",
        )
        return cast("Tokens", answer.body)

    def list_users(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Users:
        """Users of the own organisation."""
        answer = self.request(
            "GET",
            "/v1/users",
            query={"limit": limit, "cursor": cursor},
        )
        return cast("Users", answer.body)

    def list_webhooks(
        self,
    ) -> PageWebhook:
        """The organisation's webhooks; there are few, so they come at once."""
        answer = self.request(
            "GET",
            "/v1/webhooks",
        )
        return cast("PageWebhook", answer.body)

    def log_in(
        self,
        body: LoginBody,
        *,
        idempotency_key: str | None = None,
    ) -> SessionAnswer:
        """Open a session with login and password: at most 12 hours, and 30 minutes without use."""
        answer = self.request(
            "POST",
            "/v1/sessions",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("SessionAnswer", answer.body)

    def log_out(
        self,
        *,
        everywhere: bool | None = None,
        session_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """End the session that asks, another one of the user's, or all of them."""
        answer = self.request(
            "DELETE",
            "/v1/sessions",
            query={"everywhere": everywhere, "session_id": session_id},
            idempotency_key=idempotency_key,
        )
        del answer

    def mark_defaulted(
        self,
        financing_id: int,
        body: MarkDefaultedRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Record that a loan was not paid when due, as its funder.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/financings/{financing_id}/default",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def mark_facility_defaulted(
        self,
        facility_id: int,
        body: MarkFacilityDefaultedRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Record that the debt was not paid when due, as the funder.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/facilities/{facility_id}/default",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def mark_matured(
        self,
        note_id: int,
        body: MarkMaturedRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Record that maturity has come.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/notes/{note_id}/mature",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def mark_overdue(
        self,
        note_id: int,
        body: MarkOverdueRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Record that a note was not paid within a day of its maturity.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/notes/{note_id}/overdue",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def match_external_liens(
        self,
        body: MatchExternalLiens | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Compare the registrations in force with everything on the ledger, as the examiner.

        The operator acts for the office examiner. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/external-liens/match",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def merge_receipts(
        self,
        receipt_id: int,
        body: MergeReceiptsRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Put receipts over the same stock into one, as the holder.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/merge",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def offer_claim(
        self,
        facility_id: int,
        body: OfferClaimRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Offer the claim with its liens to another funder.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/facilities/{facility_id}/offer-claim",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def offer_facility(
        self,
        body: OfferFacility,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Offer a loan over a pool of assets to their holder, as a funder.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/facilities",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def offer_loan(
        self,
        body: OfferLoan,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Offer a loan against a lot, as a funder; the lot's holder takes it or lets it lapse.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/financings/loans",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def offer_purchase(
        self,
        body: OfferPurchase,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Offer to buy a lot without recourse, as a funder.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/financings/purchases",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def offer_sale(
        self,
        facility_id: int,
        asset: str,
        body: OfferSaleRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Offer an asset to a buyer, as the funder in enforcement.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/facilities/{facility_id}/assets/{segment(asset)}/offer-sale",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def open_stock(
        self,
        body: OpenStock,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Open a stock, as its keeper: one good at one site.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/stocks",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def order_delivery(
        self,
        receipt_id: int,
        body: OrderDeliveryRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Order delivery, as the holder; from then on the receipt neither moves nor is pledged.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/order-delivery",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def pledge_asset(
        self,
        asset: str,
        body: PledgeAssetRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Pledge an asset for a claim outside the ledger, as its holder.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/assets/{segment(asset)}/pledge",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def post_price(
        self,
        body: PostPrice,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Post what a good costs, as a price source.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/prices",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def propose_admission(
        self,
        body: ProposeAdmission,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Propose that a party comes into the council, as a member.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/council/admissions",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def propose_appointment(
        self,
        body: ProposeAppointment,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Propose that a key holds an office, as a member.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/council/appointments",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def propose_call(
        self,
        body: ProposeCall,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Propose any call of a contract of the ledger, as a member.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/council/calls",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def propose_dismissal(
        self,
        body: ProposeDismissal,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Propose that a key holds an office no more, as a member.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/council/dismissals",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def propose_note(
        self,
        body: ProposeNote,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Open a note over invoices of one seller to one buyer, as either. The other side then
        confirms.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/notes",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def propose_recovery(
        self,
        body: ProposeRecovery,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Propose a new key for a party that lost its own, and that the lost one acts no more, as a
        member.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/council/recoveries",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def propose_reinstatement(
        self,
        body: ProposeReinstatement,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Propose that a suspended party acts again, as a member.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/council/reinstatements",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def propose_removal(
        self,
        body: ProposeRemoval,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Propose that a party leaves the council, as a member.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/council/removals",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def propose_substitute(
        self,
        asset: str,
        body: ProposeSubstituteRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Offer another asset in place of a pledged one, as the pledgor; the pledgee decides.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/assets/{segment(asset)}/propose-substitute",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def propose_suspension(
        self,
        body: ProposeSuspension,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Propose that a party, member or not, does nothing until it is reinstated, as a member.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/council/suspensions",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def prove_key(
        self,
        body: ProveKey,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Make the message that a new key signs to prove that somebody holds it; nothing reaches the
        ledger.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/keys/proof",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def reactivate_organisation(
        self,
        org_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> OrganisationAnswer:
        """Let its users in again, for the operator."""
        answer = self.request(
            "POST",
            f"/v1/organisations/{segment(org_id)}/reactivate",
            idempotency_key=idempotency_key,
        )
        return cast("OrganisationAnswer", answer.body)

    def reactivate_party(
        self,
        party_id: int,
        body: ReactivatePartyRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Let a suspended party act again, as the registrar.

        The operator acts for the office registrar. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/parties/{party_id}/reactivate",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def read_document(
        self,
        document_id: str,
    ) -> bytes:
        """The content in clear, where the service keeps your key"""
        answer = self.request(
            "GET",
            f"/v1/documents/{segment(document_id)}/content",
        )
        return cast("bytes", answer.body)

    def read_stored_document(
        self,
        document_id: str,
    ) -> bytes:
        """The file as it is stored, to be decrypted with your own key"""
        answer = self.request(
            "GET",
            f"/v1/documents/{segment(document_id)}/stored",
        )
        return cast("bytes", answer.body)

    def record_credit_note(
        self,
        body: RecordCreditNote,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take a recorded credit note off what may be financed on its invoice, as the seller.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/credit-notes",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def record_invoice(
        self,
        body: Sequence[FormFile],
        *,
        file_name: str | None = None,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Read, check and keep invoices and credit notes that the party sold or bought by.

        Members act for their own party. Needs the scope write and the role maker.

        The body is the document: UBL, CII, Factur-X or ZUGFeRD PDF, Chinese e-invoice XML or OFD;
        its format is found by its content.
        """
        answer = self.request(
            "POST",
            "/v1/invoices",
            query={"file_name": file_name},
            files=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def record_invoices(
        self,
        body: Sequence[FormFile],
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Read, check and keep invoices and credit notes that the party sold or bought by.

        Members act for their own party. Needs the scope write and the role maker.

        Each file is a document, a table (CSV or XLSX, see the template) or a zip of these. The
        command's result has a line for each document and row, with its state and what is wrong with
        it; lines that are refused stop no other.
        """
        answer = self.request(
            "POST",
            "/v1/invoice-batches",
            files=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def redeem_cash(
        self,
        body: RedeemCash,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take cash off the ledger; the bank owes the payment from then on.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/cash/redeem",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def register_party(
        self,
        body: RegisterParty,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Register a legal entity, as the registrar. Its key is made and kept here unless it brings
        its own.

        The operator acts for the office registrar. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/parties",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def reinstate_bill(
        self,
        bill_id: int,
        body: ReinstateBillRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Let a bill whose receipt never came to be be issued again, as the arbiter.

        The operator acts for the office arbiter. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/bills/{bill_id}/reinstate",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def reject_assignment(
        self,
        note_id: int,
        segment: int,
        index: int,
        body: RejectAssignmentRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Refuse an offered lot, as the party that it was offered to.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/lots/{note_id}/{segment}/{index}/reject",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def reject_command(
        self,
        command_id: str,
        body: DecisionBody,
        *,
        idempotency_key: str | None = None,
    ) -> Command:
        """Reject a command that somebody else entered: nothing of it happens."""
        answer = self.request(
            "POST",
            f"/v1/commands/{segment(command_id)}/reject",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("Command", answer.body)

    def reject_note(
        self,
        note_id: int,
        body: RejectNoteRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Refuse a proposed note as the side that did not propose it.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/notes/{note_id}/reject",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def release_lien(
        self,
        asset: str,
        body: ReleaseLienRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Give a lien up, as its pledgee.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/assets/{segment(asset)}/release",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def release_part_of_lot(
        self,
        body: ReleasePartOfLot,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Let the last part of a pledged lot go, as the pledgee; the lien goes on over the rest.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/liens/release-part-of-lot",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def release_part_of_receipt(
        self,
        receipt_id: int,
        body: ReleasePartOfReceiptRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Let a part of a pledged receipt go, as the pledgee, with the keeper's seal of the split.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/release-part",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def remove_identity_provider(
        self,
        *,
        idempotency_key: str | None = None,
    ) -> None:
        """Have no provider: users log in with passwords only."""
        answer = self.request(
            "DELETE",
            "/v1/identity-provider",
            idempotency_key=idempotency_key,
        )
        del answer

    def remove_own_key(
        self,
        key: str,
        body: RemoveOwnKeyRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take one of the party's keys away, never its last.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/keys/{segment(key)}/remove",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def remove_party_key(
        self,
        party_id: int,
        key: str,
        body: RemovePartyKeyRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take a key from a party, also its last, as the registrar.

        The operator acts for the office registrar. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/parties/{party_id}/keys/{segment(key)}/remove",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def remove_webhook(
        self,
        webhook_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> None:
        """Tell it nothing more. What is waiting for it is not sent."""
        answer = self.request(
            "DELETE",
            f"/v1/webhooks/{segment(webhook_id)}",
            idempotency_key=idempotency_key,
        )
        del answer

    def repay_facility(
        self,
        facility_id: int,
        body: RepayFacilityRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Pay back, as the borrower, interest first; the last cent frees every asset.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/facilities/{facility_id}/repay",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def repay_loan(
        self,
        financing_id: int,
        body: RepayLoanRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Pay a loan back, as its borrower, interest first; the last cent frees the lot.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/financings/{financing_id}/repay",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def replay_delivery(
        self,
        webhook_id: str,
        delivery_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> Delivery:
        """Send a message again, with the same id."""
        answer = self.request(
            "POST",
            f"/v1/webhooks/{segment(webhook_id)}/deliveries/{segment(delivery_id)}/replay",
            idempotency_key=idempotency_key,
        )
        return cast("Delivery", answer.body)

    def reset_user_password(
        self,
        user_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> UserWithCode:
        """Void the user's password, sessions and tokens, and give a code for setting a new password."""
        answer = self.request(
            "POST",
            f"/v1/users/{segment(user_id)}/reset",
            idempotency_key=idempotency_key,
        )
        return cast("UserWithCode", answer.body)

    def resolve_dispute(
        self,
        note_id: int,
        body: ResolveDisputeRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Decide a dispute, as the arbiter.

        The operator acts for the office arbiter. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/notes/{note_id}/resolve-dispute",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def resolve_external_match(
        self,
        match_hash: str,
        body: ResolveExternalMatchRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Decide a match, as the arbiter: dismissed lifts the block, upheld keeps it.

        The operator acts for the office arbiter. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/external-liens/matches/{segment(match_hash)}/resolve",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def restack_receipt(
        self,
        receipt_id: int,
        body: RestackReceiptRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Record that a lot lies elsewhere, in parts or under another number, as the keeper.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/restack",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def revoke_assignment(
        self,
        note_id: int,
        segment: int,
        index: int,
        body: RevokeAssignmentRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take an offered lot back, as the party that offered it.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/lots/{note_id}/{segment}/{index}/revoke",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def revoke_delivery(
        self,
        receipt_id: int,
        body: RevokeDeliveryRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take a delivery order back, as the holder.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/revoke-delivery",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def revoke_surrender(
        self,
        bill_id: int,
        body: RevokeSurrenderRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take a surrendered bill back, as the holder.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/bills/{bill_id}/revoke-surrender",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def revoke_token(
        self,
        token_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> TokenAnswer:
        """Revoke an own token; an administrator revokes any of the organisation."""
        answer = self.request(
            "DELETE",
            f"/v1/tokens/{segment(token_id)}",
            idempotency_key=idempotency_key,
        )
        return cast("TokenAnswer", answer.body)

    def rotate_encryption_key(
        self,
        body: KeyBody,
        *,
        idempotency_key: str | None = None,
    ) -> PublicKey:
        """Replace the key that files are wrapped for"""
        answer = self.request(
            "POST",
            "/v1/encryption-keys",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("PublicKey", answer.body)

    def rotate_key(
        self,
        body: RotateKey | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Replace the party's key; the old one acts no more.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/keys/rotate",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def seal_merge(
        self,
        receipt_id: int,
        body: SealMergeRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Seal a merge, as the keeper.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/seal-merge",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def seal_split(
        self,
        receipt_id: int,
        body: SealSplitRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Seal a split, as the keeper; also the split by which a pledgee gives a part free.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/seal-split",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def seal_transfer(
        self,
        receipt_id: int,
        body: SealTransferRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Seal a transfer, as the keeper; nothing reaches the ledger. The result has the seal.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/seal-transfer",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def seat_council(
        self,
        body: SeatCouncil,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Seat the first members, as the governor; later ones come and go by the council's votes.

        The operator acts for the office governor. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/council/members",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def set_attestation_age(
        self,
        body: SetAttestationAge,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Set how long counts that come after this are fresh, as the governor.

        The operator acts for the office governor. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/attestation-age",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def set_exposure_cap(
        self,
        keeper_party_id: int,
        body: SetExposureCapRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Set how much a keeper's live receipts may be worth, as the governor; 0 stops new ones.

        The operator acts for the office governor. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/parties/{keeper_party_id}/exposure-cap",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def set_identity_provider(
        self,
        body: IdentityProviderBody,
        *,
        idempotency_key: str | None = None,
    ) -> IdentityProviderAnswer:
        """Name the provider. With another issuer than before, no user is linked to a subject any more."""
        answer = self.request(
            "PUT",
            "/v1/identity-provider",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("IdentityProviderAnswer", answer.body)

    def set_party_roles(
        self,
        party_id: int,
        body: SetPartyRolesRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Replace the roles of a party, as the registrar.

        The operator acts for the office registrar. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/parties/{party_id}/roles",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def set_password_by_code(
        self,
        body: PasswordSetBody,
        *,
        idempotency_key: str | None = None,
    ) -> None:
        """Set a password with the code that an administrator handed over; then log in with it."""
        answer = self.request(
            "POST",
            "/v1/sessions/password-by-code",
            body=body,
            idempotency_key=idempotency_key,
        )
        del answer

    def set_pledge_consent(
        self,
        receipt_id: int,
        body: SetPledgeConsentRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Agree to pledges of a receipt in advance, as the keeper, or end that.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/pledge-consent",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def set_policy(
        self,
        body: PolicyBody,
        *,
        idempotency_key: str | None = None,
    ) -> PolicyAnswer:
        """Put this policy in place. Without a line for `*`, one other must approve (four eyes)."""
        answer = self.request(
            "PUT",
            "/v1/policies",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("PolicyAnswer", answer.body)

    def set_standing_acceptance(
        self,
        body: SetStandingAcceptance,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Accept assignments in advance, so that they arrive without a further signature, or end that.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/standing-acceptance",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def set_user_limits(
        self,
        user_id: str,
        body: LimitsBody,
        *,
        idempotency_key: str | None = None,
    ) -> UserAnswer:
        """Put these limits in place of the user's. Without a limit, nothing of a currency is allowed."""
        answer = self.request(
            "PUT",
            f"/v1/users/{segment(user_id)}/limits",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("UserAnswer", answer.body)

    def set_user_roles(
        self,
        user_id: str,
        body: RolesBody,
        *,
        idempotency_key: str | None = None,
    ) -> UserAnswer:
        """Put these roles in place of the user's."""
        answer = self.request(
            "PUT",
            f"/v1/users/{segment(user_id)}/roles",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("UserAnswer", answer.body)

    def settle_note(
        self,
        note_id: int,
        body: SettleNoteRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Pay a matured note, as its debtor: every holder gets its share, a pledgee before its
        pledgor.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/notes/{note_id}/settle",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def share_documents(
        self,
        body: ShareBody,
        *,
        idempotency_key: str | None = None,
    ) -> DocumentReader:
        """Let a further party read a subject's files"""
        answer = self.request(
            "POST",
            "/v1/document-readers",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("DocumentReader", answer.body)

    def show_bill(
        self,
        bill_id: int,
    ) -> BillSheet:
        """One bill of lading."""
        answer = self.request(
            "GET",
            f"/v1/bills/{bill_id}",
        )
        return cast("BillSheet", answer.body)

    def show_cash_statement(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        party_id: int | None = None,
    ) -> StatementSheet:
        """Cash of a party over a period; of the last 31 days where no period is stated."""
        answer = self.request(
            "GET",
            "/v1/cash/statement",
            query={"from": from_, "to": to, "party_id": party_id},
        )
        return cast("StatementSheet", answer.body)

    def show_delivery(
        self,
        webhook_id: str,
        delivery_id: str,
    ) -> DeliverySheet:
        """One message, with what it says."""
        answer = self.request(
            "GET",
            f"/v1/webhooks/{segment(webhook_id)}/deliveries/{segment(delivery_id)}",
        )
        return cast("DeliverySheet", answer.body)

    def show_document(
        self,
        document_id: str,
    ) -> Document:
        """A file without its content"""
        answer = self.request(
            "GET",
            f"/v1/documents/{segment(document_id)}",
        )
        return cast("Document", answer.body)

    def show_document_wraps(
        self,
        document_id: str,
    ) -> DocumentWraps:
        """The content key wrapped for you, and for whom it is still to be wrapped"""
        answer = self.request(
            "GET",
            f"/v1/documents/{segment(document_id)}/wraps",
        )
        return cast("DocumentWraps", answer.body)

    def show_facility(
        self,
        facility_id: int,
    ) -> FacilitySheet:
        """One facility, its pool valued at the newest block."""
        answer = self.request(
            "GET",
            f"/v1/facilities/{facility_id}",
        )
        return cast("FacilitySheet", answer.body)

    def show_financing(
        self,
        financing_id: int,
    ) -> FinancingSheet:
        """One financing."""
        answer = self.request(
            "GET",
            f"/v1/financings/{financing_id}",
        )
        return cast("FinancingSheet", answer.body)

    def show_holdings_statement(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        party_id: int | None = None,
    ) -> StatementSheet:
        """Lots that a party held over a period; of the last 31 days where no period is stated."""
        answer = self.request(
            "GET",
            "/v1/holdings/statement",
            query={"from": from_, "to": to, "party_id": party_id},
        )
        return cast("StatementSheet", answer.body)

    def show_identity_provider(
        self,
    ) -> IdentityProviderAnswer:
        """The OpenID Connect provider of the own organisation."""
        answer = self.request(
            "GET",
            "/v1/identity-provider",
        )
        return cast("IdentityProviderAnswer", answer.body)

    def show_invoice(
        self,
        invoice_id: str,
    ) -> InvoiceSheet:
        """One document."""
        answer = self.request(
            "GET",
            f"/v1/invoices/{segment(invoice_id)}",
        )
        return cast("InvoiceSheet", answer.body)

    def show_lot(
        self,
        note_id: int,
        segment: int,
        index: int,
    ) -> LotSheet:
        """One lot, as far as the caller sees it."""
        answer = self.request(
            "GET",
            f"/v1/lots/{note_id}/{segment}/{index}",
        )
        return cast("LotSheet", answer.body)

    def show_note(
        self,
        note_id: int,
    ) -> NoteSheet:
        """One note with the lots of its tree that the caller may see."""
        answer = self.request(
            "GET",
            f"/v1/notes/{note_id}",
        )
        return cast("NoteSheet", answer.body)

    def show_organisation(
        self,
        org_id: str,
    ) -> OrganisationAnswer:
        """The own organisation; for the operator any."""
        answer = self.request(
            "GET",
            f"/v1/organisations/{segment(org_id)}",
        )
        return cast("OrganisationAnswer", answer.body)

    def show_party(
        self,
        party_id: int,
    ) -> PartySheet:
        """One party."""
        answer = self.request(
            "GET",
            f"/v1/parties/{party_id}",
        )
        return cast("PartySheet", answer.body)

    def show_policy(
        self,
    ) -> PolicyAnswer:
        """How many others must approve, by operation, in the own organisation."""
        answer = self.request(
            "GET",
            "/v1/policies",
        )
        return cast("PolicyAnswer", answer.body)

    def show_priority(
        self,
        asset: str,
    ) -> PriorityAnswer:
        """Who goes first where several claim one asset; for who sees the asset whole."""
        answer = self.request(
            "GET",
            f"/v1/assets/{segment(asset)}/priority",
        )
        return cast("PriorityAnswer", answer.body)

    def show_receipt(
        self,
        receipt_id: int,
    ) -> ReceiptSheet:
        """One warehouse receipt."""
        answer = self.request(
            "GET",
            f"/v1/receipts/{receipt_id}",
        )
        return cast("ReceiptSheet", answer.body)

    def show_session(
        self,
    ) -> SessionView:
        """Who asks: user, organisation, roles, limits, scopes."""
        answer = self.request(
            "GET",
            "/v1/session",
        )
        return cast("SessionView", answer.body)

    def show_stock(
        self,
        stock_id: int,
    ) -> StockSheet:
        """One stock."""
        answer = self.request(
            "GET",
            f"/v1/stocks/{stock_id}",
        )
        return cast("StockSheet", answer.body)

    def show_user(
        self,
        user_id: str,
    ) -> UserAnswer:
        """One user of the own organisation."""
        answer = self.request(
            "GET",
            f"/v1/users/{segment(user_id)}",
        )
        return cast("UserAnswer", answer.body)

    def show_webhook(
        self,
        webhook_id: str,
    ) -> Webhook:
        """One webhook."""
        answer = self.request(
            "GET",
            f"/v1/webhooks/{segment(webhook_id)}",
        )
        return cast("Webhook", answer.body)

    def sign_command(
        self,
        command_id: str,
        body: Signature,
        *,
        idempotency_key: str | None = None,
    ) -> Command:
        """Hand in a signature of a key that the ledger has for the party; the service then relays it."""
        answer = self.request(
            "POST",
            f"/v1/commands/{segment(command_id)}/signature",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("Command", answer.body)

    def split_lot(
        self,
        note_id: int,
        segment: int,
        index: int,
        body: SplitLotRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Cut a lot into parts, as its holder. What they leave over stays with the holder as one more
        part.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/lots/{note_id}/{segment}/{index}/split",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def split_receipt(
        self,
        receipt_id: int,
        body: SplitReceiptRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Cut parts off, as the holder; the receipt stays with the rest.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/split",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def stream_events(
        self,
        *,
        after: str | None = None,
        last_event_id: str | None = None,
    ) -> str:
        """Events that concern the caller, as they come, from a position on; from now on without one."""
        answer = self.request(
            "GET",
            "/v1/events/stream",
            query={"after": after},
            headers={name: value for name, value in (("last-event-id", last_event_id),) if value is not None},
        )
        return cast("str", answer.body)

    def substitute_asset(
        self,
        facility_id: int,
        asset: str,
        body: SubstituteAssetRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Put equal or better goods in the place of an asset, as the borrower.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/facilities/{facility_id}/assets/{segment(asset)}/substitute",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def surrender_bill(
        self,
        bill_id: int,
        body: SurrenderBillRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Give a bill back to its carrier, as the holder.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/bills/{bill_id}/surrender",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def suspend_organisation(
        self,
        org_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> OrganisationAnswer:
        """Let none of its users in, for the operator. What it has on the ledger stays."""
        answer = self.request(
            "POST",
            f"/v1/organisations/{segment(org_id)}/suspend",
            idempotency_key=idempotency_key,
        )
        return cast("OrganisationAnswer", answer.body)

    def suspend_party(
        self,
        party_id: int,
        body: SuspendPartyRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Stop a party from acting, as the registrar; what it holds stays its own and is paid out.

        The operator acts for the office registrar. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/parties/{party_id}/suspend",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def switch_bill(
        self,
        bill_id: int,
        body: SwitchBillRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Replace a surrendered bill by one with another number, as the carrier; goods and holder
        stay.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/bills/{bill_id}/switch",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def take_asset(
        self,
        facility_id: int,
        asset: str,
        body: TakeAssetRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take an asset over, as the funder in enforcement; what is above the debt goes to the
        borrower.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/facilities/{facility_id}/assets/{segment(asset)}/take",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def take_claim(
        self,
        facility_id: int,
        body: TakeClaimRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take an offered claim, as the other funder: liens and money change hands at once.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/facilities/{facility_id}/take-claim",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def take_in(
        self,
        body: TakeIn,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take goods in, as their keeper: a draft of the receipt, whose lots back nothing else from
        then on.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/receipts",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def transfer_cash(
        self,
        body: TransferCash,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Pay another party.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            "/v1/cash/transfer",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def transfer_pledge(
        self,
        asset: str,
        body: TransferPledgeRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Transfer a claim outside the ledger with its lien, as the pledgee.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/assets/{segment(asset)}/transfer-pledge",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def transfer_receipt(
        self,
        receipt_id: int,
        body: TransferReceiptRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Transfer title, as the holder, with the keeper's seal.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/transfer",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def unfreeze_bill(
        self,
        bill_id: int,
        body: UnfreezeBillRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Let a frozen bill be what it was before, as the arbiter.

        The operator acts for the office arbiter. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/bills/{bill_id}/unfreeze",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def unfreeze_receipt(
        self,
        receipt_id: int,
        body: UnfreezeReceiptRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Let a frozen receipt be what it was before, as the arbiter.

        The operator acts for the office arbiter. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/unfreeze",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def verify_audit_log(
        self,
    ) -> AuditVerification:
        """Follow the whole log, for the operator and auditors.

        Compared with the anchors as the service noted them; `counterfoil audit verify` asks the
        chain itself.
        """
        answer = self.request(
            "GET",
            "/v1/audit-log/verification",
        )
        return cast("AuditVerification", answer.body)

    def withdraw_approval(
        self,
        proposal_id: int,
        body: WithdrawApprovalRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take an approval back, as the member that gave it.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/council/proposals/{proposal_id}/withdraw-approval",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def withdraw_asset(
        self,
        facility_id: int,
        asset: str,
        body: WithdrawAssetRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take an asset out of the floating pool, as the borrower.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/facilities/{facility_id}/assets/{segment(asset)}/withdraw",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def withdraw_command(
        self,
        command_id: str,
        body: WithdrawBody,
        *,
        idempotency_key: str | None = None,
    ) -> Command:
        """Take an own command back while it waits for approval or for a signature."""
        answer = self.request(
            "POST",
            f"/v1/commands/{segment(command_id)}/withdraw",
            body=body,
            idempotency_key=idempotency_key,
        )
        return cast("Command", answer.body)

    def withdraw_dispute(
        self,
        note_id: int,
        body: WithdrawDisputeRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take a dispute back, as the debtor; the whole amount is payable again.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/notes/{note_id}/withdraw-dispute",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def withdraw_facility(
        self,
        facility_id: int,
        body: WithdrawFacilityRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take an offer back, as its funder.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/facilities/{facility_id}/withdraw",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def withdraw_note(
        self,
        note_id: int,
        body: WithdrawNoteRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take a proposal back, as the side that proposed.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/notes/{note_id}/withdraw",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def withdraw_offer(
        self,
        financing_id: int,
        body: WithdrawOfferRequest | None = None,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take an offer back, as its funder.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/financings/{financing_id}/withdraw",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def withdraw_receipt_dispute(
        self,
        receipt_id: int,
        body: WithdrawReceiptDisputeRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Take a dispute back, as the side that opened it; the receipt is issued again.

        Members act for their own party. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/receipts/{receipt_id}/withdraw-dispute",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)

    def write_off(
        self,
        note_id: int,
        body: WriteOffRequest,
        *,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Command:
        """Give up what is unpaid on an overdue note, as the arbiter.

        The operator acts for the office arbiter. Needs the scope write and the role maker.
        """
        answer = self.request(
            "POST",
            f"/v1/notes/{note_id}/write-off",
            body=body,
            idempotency_key=idempotency_key,
            wait_s=wait_s,
        )
        return cast("Command", answer.body)
