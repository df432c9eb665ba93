-- The SQLite tables as the second release had them, with the row that its migrations left. Never changed.
CREATE TABLE bill_numbers (
    number_key VARCHAR(64) NOT NULL,
    carrier VARCHAR(8) NOT NULL,
    number TEXT NOT NULL,
    CONSTRAINT pk_bill_numbers PRIMARY KEY (number_key)
);
CREATE TABLE chain_blocks (
    block_number BIGINT NOT NULL,
    block_hash VARCHAR(66) NOT NULL,
    block_time_s BIGINT NOT NULL,
    CONSTRAINT pk_chain_blocks PRIMARY KEY (block_number),
    CONSTRAINT uq_chain_blocks_block_hash UNIQUE (block_hash)
);
CREATE TABLE chain_checkpoint (
    only_row INTEGER NOT NULL CONSTRAINT ck_chain_checkpoint_one CHECK (only_row = 1),
    block_number BIGINT NOT NULL,
    CONSTRAINT pk_chain_checkpoint PRIMARY KEY (only_row)
);
CREATE TABLE chain_events (
    block_number BIGINT NOT NULL,
    log_index INTEGER NOT NULL,
    tx_hash VARCHAR(66) NOT NULL,
    tx_index INTEGER NOT NULL,
    contract VARCHAR(64) NOT NULL,
    address VARCHAR(42) NOT NULL,
    event VARCHAR(64) NOT NULL,
    args_json TEXT NOT NULL,
    CONSTRAINT pk_chain_events PRIMARY KEY (block_number, log_index),
    CONSTRAINT fk_chain_events_block_number FOREIGN KEY(block_number) REFERENCES chain_blocks (block_number)
);
CREATE INDEX ix_chain_events_tx_hash ON chain_events (tx_hash);
CREATE TABLE chain_senders (
    tx_hash VARCHAR(66) NOT NULL,
    sender VARCHAR(42) NOT NULL,
    CONSTRAINT pk_chain_senders PRIMARY KEY (tx_hash)
);
CREATE TABLE documents (
    document_hash VARCHAR(64) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    salt VARCHAR(32) NOT NULL,
    body_json TEXT NOT NULL,
    CONSTRAINT pk_documents PRIMARY KEY (document_hash)
);
CREATE TABLE external_liens (
    content_key VARCHAR(64) NOT NULL,
    registry_key TEXT NOT NULL,
    registration_key TEXT NOT NULL,
    expires_at DATETIME,
    lien_json TEXT NOT NULL,
    file_name TEXT NOT NULL,
    imported_at DATETIME NOT NULL,
    superseded_at DATETIME,
    CONSTRAINT pk_external_liens PRIMARY KEY (content_key)
);
CREATE UNIQUE INDEX uq_external_liens_registration_current ON external_liens (registry_key, registration_key) WHERE superseded_at IS NULL;
CREATE TABLE external_matches (
    match_hash VARCHAR(64) NOT NULL,
    content_key VARCHAR(64) NOT NULL,
    asset_number VARCHAR(64) NOT NULL,
    grade VARCHAR(16) NOT NULL,
    score INTEGER NOT NULL CONSTRAINT ck_external_matches_score CHECK (score between 0 and 100),
    reasons_json TEXT NOT NULL,
    found_at DATETIME NOT NULL,
    block_tx VARCHAR(66),
    state VARCHAR(16) NOT NULL,
    resolved_reason TEXT,
    resolved_by TEXT,
    resolved_at DATETIME,
    reason_hash VARCHAR(64),
    CONSTRAINT pk_external_matches PRIMARY KEY (match_hash),
    CONSTRAINT ck_external_matches_resolution CHECK (state = 'open' or (state in ('upheld', 'dismissed') and resolved_reason is not null and resolved_by is not null and resolved_at is not null)),
    CONSTRAINT fk_external_matches_content_key FOREIGN KEY(content_key) REFERENCES external_liens (content_key)
);
CREATE INDEX ix_external_matches_asset_number ON external_matches (asset_number);
CREATE INDEX ix_external_matches_content_key ON external_matches (content_key);
CREATE TABLE goods (
    good_key VARCHAR(64) NOT NULL,
    good_json TEXT NOT NULL,
    CONSTRAINT pk_goods PRIMARY KEY (good_key)
);
CREATE TABLE invoices (
    content_sha256 VARCHAR(64) NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    number TEXT NOT NULL,
    type VARCHAR(16) CONSTRAINT ck_invoices_type CHECK (type in ('invoice', 'credit-note')),
    format VARCHAR(16) NOT NULL,
    issue_date DATE NOT NULL,
    due_date DATE,
    currency VARCHAR(3) NOT NULL,
    payable_minor BIGINT NOT NULL,
    seller_key VARCHAR(255) NOT NULL,
    buyer_key VARCHAR(255) NOT NULL,
    file_name TEXT NOT NULL,
    state VARCHAR(16) NOT NULL CONSTRAINT ck_invoices_state CHECK (state in ('recorded', 'duplicate')),
    recorded_at DATETIME NOT NULL,
    invoice_json TEXT NOT NULL,
    CONSTRAINT pk_invoices PRIMARY KEY (content_sha256),
    CONSTRAINT fk_invoices_seller_key FOREIGN KEY(seller_key) REFERENCES parties (party_key),
    CONSTRAINT fk_invoices_buyer_key FOREIGN KEY(buyer_key) REFERENCES parties (party_key)
);
CREATE INDEX ix_invoices_buyer_key ON invoices (buyer_key);
CREATE INDEX ix_invoices_fingerprint ON invoices (fingerprint);
CREATE INDEX ix_invoices_number ON invoices (number);
CREATE INDEX ix_invoices_seller_key ON invoices (seller_key);
CREATE UNIQUE INDEX uq_invoices_fingerprint_recorded ON invoices (fingerprint) WHERE state = 'recorded';
CREATE TABLE note_invoices (
    note_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    payable_minor BIGINT NOT NULL CONSTRAINT ck_note_invoices_payable CHECK (payable_minor >= 0),
    amount_minor BIGINT NOT NULL CONSTRAINT ck_note_invoices_amount CHECK (amount_minor > 0),
    CONSTRAINT pk_note_invoices PRIMARY KEY (note_id, position)
);
CREATE INDEX ix_note_invoices_fingerprint ON note_invoices (fingerprint);
CREATE TABLE parties (
    party_key VARCHAR(255) NOT NULL,
    name TEXT NOT NULL,
    country VARCHAR(2),
    roles BIGINT NOT NULL CONSTRAINT ck_parties_roles CHECK (roles >= 0),
    onboarding_hash VARCHAR(64) NOT NULL,
    key_name VARCHAR(64) NOT NULL,
    party_id INTEGER CONSTRAINT ck_parties_id CHECK (party_id between 1 and 16777215),
    CONSTRAINT pk_parties PRIMARY KEY (party_key),
    CONSTRAINT uq_parties_onboarding_hash UNIQUE (onboarding_hash),
    CONSTRAINT uq_parties_key_name UNIQUE (key_name),
    CONSTRAINT uq_parties_party_id UNIQUE (party_id)
);
CREATE TABLE party_identifiers (
    identifier VARCHAR(512) NOT NULL,
    party_key VARCHAR(255) NOT NULL,
    CONSTRAINT pk_party_identifiers PRIMARY KEY (identifier),
    CONSTRAINT fk_party_identifiers_party_key FOREIGN KEY(party_key) REFERENCES parties (party_key)
);
CREATE INDEX ix_party_identifiers_party_key ON party_identifiers (party_key);
CREATE TABLE physical_lots (
    lot_key VARCHAR(64) NOT NULL,
    lot_json TEXT NOT NULL,
    CONSTRAINT pk_physical_lots PRIMARY KEY (lot_key)
);
CREATE TABLE rule_traces (
    trace_id INTEGER NOT NULL,
    operation VARCHAR(64) NOT NULL,
    subject VARCHAR(64) NOT NULL,
    decided_at DATETIME NOT NULL,
    passed BOOLEAN NOT NULL,
    trace_json TEXT NOT NULL,
    CONSTRAINT pk_rule_traces PRIMARY KEY (trace_id)
);
CREATE INDEX ix_rule_traces_subject ON rule_traces (subject);
CREATE TABLE schema_version (
    version INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT pk_schema_version PRIMARY KEY (version)
);
CREATE TABLE sites (
    site_key VARCHAR(64) NOT NULL,
    code TEXT NOT NULL,
    CONSTRAINT pk_sites PRIMARY KEY (site_key)
);
CREATE TABLE title_documents (
    detail_root VARCHAR(64) NOT NULL,
    kind VARCHAR(16) NOT NULL CONSTRAINT ck_title_documents_kind CHECK (kind in ('receipt', 'bill')),
    fields_json TEXT NOT NULL,
    receipt_json TEXT,
    CONSTRAINT pk_title_documents PRIMARY KEY (detail_root)
);
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES ('0002');
