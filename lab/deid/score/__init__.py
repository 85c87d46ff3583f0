"""The score of a de-identification: leaks by place and harm done, against the ledger of a synthetic set."""
