"""What an approver seat sees: inbox, decision page, mail links."""
