-- The audit trail by who, what and when: a page of it costs the same however long it is. Each leads on by idx.
CREATE INDEX audit_clerk ON audit (clerk);
CREATE INDEX audit_act ON audit (act);
CREATE INDEX audit_clerk_act ON audit (clerk, act);
CREATE INDEX audit_at ON audit (at);
