-- The audit trail by who, what and when: a page of it costs the same however long it is, for any days. Each leads on by time.
CREATE INDEX audit_clerk ON audit (clerk, at);
CREATE INDEX audit_act ON audit (act, at);
CREATE INDEX audit_clerk_act ON audit (clerk, act, at);
CREATE INDEX audit_at ON audit (at);
