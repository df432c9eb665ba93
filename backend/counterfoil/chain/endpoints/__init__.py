"""Several endpoints of one network, behind one provider: health, choice, fail-over, confirmation."""
