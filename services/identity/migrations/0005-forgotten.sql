-- A forgotten person is an id that visits and the audit trail name, and nothing else: no name, no account, nothing to claim.
alter table identity.person add column forgotten_at timestamptz;
