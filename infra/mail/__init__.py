"""Mail: letters are rendered, composed, claimed from the outbox and sent by SMTP, none of them twice."""
