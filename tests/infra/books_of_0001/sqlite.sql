BEGIN TRANSACTION;
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE audit (
    offer VARCHAR(200) NOT NULL,
    position INTEGER NOT NULL,
    at DATETIME NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    rule VARCHAR(16) NOT NULL,
    section TEXT NOT NULL,
    detail TEXT NOT NULL,
    CONSTRAINT pk_audit PRIMARY KEY (offer, position),
    CONSTRAINT fk_audit_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
INSERT INTO "audit" VALUES('alpha-2003',1,'2003-02-28 14:00:00.000000','optex','offer taken in','alpha-2003','','','2 holders, 3 grants');
INSERT INTO "audit" VALUES('alpha-2003',2,'2003-02-28 14:00:00.000000','optex','open done','open (version 1)','ELG-1','§1','Opened: 2 eligible holders told');
INSERT INTO "audit" VALUES('alpha-2003',3,'2003-03-10 16:00:00.000000','Ann Clerk','form received','F1','CNF-1','§6','Election Form by fax');
INSERT INTO "audit" VALUES('alpha-2003',4,'2003-03-31 22:00:00.000000','optex','close done','close (version 1)','EXP-1','§4','Closed: 1 form; 1,100 option shares tendered by 1 holder, 0 withdrawn, 0 superseded, 0 defective, 0 late');
INSERT INTO "audit" VALUES('alpha-2003',5,'2003-04-01 13:00:00.000000','optex','extension-deadline done','extension-deadline (version 1)','EXT-1','§15','No extension was announced in time.');
INSERT INTO "audit" VALUES('alpha-2003',6,'2003-04-01 14:00:00.000000','optex','cancel done','cancel (version 1)','CAN-1','§6','Accepted and cancelled 2 options for 1,100 shares of 1 holder; 1 balancing option; 0 tenders rejected');
INSERT INTO "audit" VALUES('alpha-2003',7,'2003-04-10 13:00:00.000000','Ann Clerk','extend refused','','EXT-1','§15','the tendered options were cancelled on 2003-04-01; the offer can no longer be extended');
INSERT INTO "audit" VALUES('alpha-2003',8,'2003-06-02 13:00:00.000000','Ann Clerk','split','2003-06-02','ADJ-1','§2, §6, §9','A 3-for-2 split of 2003-06-02 is recorded.');
INSERT INTO "audit" VALUES('alpha-2003',9,'2003-06-03 14:00:00.000000','Ann Clerk','service-set','H2','ELG-2','§2, §6, §9','Service as director from 1999-01-04 to 2003-06-15 is recorded.');
CREATE TABLE cancellations (
    offer VARCHAR(200) NOT NULL,
    grant_id VARCHAR(200) NOT NULL,
    holder_id VARCHAR(200) NOT NULL,
    shares BIGINT NOT NULL,
    cancelled_on DATE NOT NULL,
    balancing_grant_id VARCHAR(200),
    CONSTRAINT pk_cancellations PRIMARY KEY (offer, grant_id),
    CONSTRAINT fk_cancellations_grants FOREIGN KEY(offer, grant_id) REFERENCES grants (offer, grant_id),
    CONSTRAINT fk_cancellations_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
INSERT INTO "cancellations" VALUES('alpha-2003','G1','H1',600,'2003-04-01','G1-B');
INSERT INTO "cancellations" VALUES('alpha-2003','G2','H1',500,'2003-04-01',NULL);
CREATE TABLE decisions (
    offer VARCHAR(200) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    subject VARCHAR(200) NOT NULL,
    revision INTEGER NOT NULL,
    at DATETIME NOT NULL,
    holder_id VARCHAR(200) NOT NULL,
    decision VARCHAR(16) NOT NULL,
    shares BIGINT,
    rule VARCHAR(16) NOT NULL,
    section TEXT NOT NULL,
    reason TEXT NOT NULL,
    remarks JSON NOT NULL,
    CONSTRAINT pk_decisions PRIMARY KEY (offer, kind, subject, revision),
    CONSTRAINT fk_decisions_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
INSERT INTO "decisions" VALUES('alpha-2003','eligibility','H1',1,'2003-02-28 14:00:00.000000','H1','eligible',NULL,'ELG-1','§1','In service on the day the offer commenced: may tender.','[]');
INSERT INTO "decisions" VALUES('alpha-2003','eligibility','H2',1,'2003-02-28 14:00:00.000000','H2','eligible',NULL,'ELG-1','§1','In service on the day the offer commenced: may tender.','[]');
INSERT INTO "decisions" VALUES('alpha-2003','form','F1',1,'2003-03-10 16:00:00.000000','H1','effective',1100,'EXP-1','§4','Received in proper form before the offer expired.','[]');
INSERT INTO "decisions" VALUES('alpha-2003','tender','G1',1,'2003-04-01 14:00:00.000000','H1','accepted',600,'CAN-1','§6','Accepted for exchange and cancelled as of April 1, 2003.','[]');
INSERT INTO "decisions" VALUES('alpha-2003','tender','G2',1,'2003-04-01 14:00:00.000000','H1','accepted',500,'CAN-1','§6','Accepted for exchange and cancelled as of April 1, 2003.','[]');
CREATE TABLE facts (
    offer VARCHAR(200) NOT NULL,
    fact_id VARCHAR(200) NOT NULL,
    position INTEGER NOT NULL,
    at DATETIME NOT NULL,
    verb VARCHAR(32) NOT NULL,
    actor TEXT NOT NULL,
    data JSON NOT NULL,
    accepted BOOLEAN NOT NULL,
    rule VARCHAR(16) NOT NULL,
    section TEXT NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_facts PRIMARY KEY (offer, fact_id),
    CONSTRAINT fk_facts_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
INSERT INTO "facts" VALUES('alpha-2003','extend-70e2816d181ef78e',1,'2003-04-10 13:00:00.000000','extend','Ann Clerk','{"to":"2003-04-30T22:00:00Z","announced_at":"2003-04-10T13:00:00Z","reason":""}',0,'EXT-1','§15','the tendered options were cancelled on 2003-04-01; the offer can no longer be extended');
INSERT INTO "facts" VALUES('alpha-2003','split-49456d236b149b4c',2,'2003-06-02 13:00:00.000000','split','Ann Clerk','{"on":"2003-06-02","new":3,"old":2}',1,'ADJ-1','§2, §6, §9','A 3-for-2 split of 2003-06-02 is recorded.');
INSERT INTO "facts" VALUES('alpha-2003','service-set-c1a2ea667844a2ad',3,'2003-06-03 14:00:00.000000','service-set','Ann Clerk','{"holder":"H2","capacity":"director","from":"1999-01-04","to":"2003-06-15"}',1,'ELG-2','§2, §6, §9','Service as director from 1999-01-04 to 2003-06-15 is recorded.');
CREATE TABLE form_lines (
    offer VARCHAR(200) NOT NULL,
    form_id VARCHAR(200) NOT NULL,
    grant_id VARCHAR(200) NOT NULL,
    shares BIGINT NOT NULL,
    original_shares BIGINT,
    granted_on DATE,
    price VARCHAR(32),
    exercised BIGINT,
    CONSTRAINT pk_form_lines PRIMARY KEY (offer, form_id, grant_id),
    CONSTRAINT fk_form_lines_forms FOREIGN KEY(offer, form_id) REFERENCES forms (offer, form_id),
    CONSTRAINT fk_form_lines_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
INSERT INTO "form_lines" VALUES('alpha-2003','F1','G1',600,1000,'2000-01-03','12.50',100);
INSERT INTO "form_lines" VALUES('alpha-2003','F1','G2',500,500,'2000-02-01','0.3333',0);
CREATE TABLE forms (
    offer VARCHAR(200) NOT NULL,
    form_id VARCHAR(200) NOT NULL,
    holder_id VARCHAR(200) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    received_at DATETIME NOT NULL,
    signed_on DATE,
    signed_as TEXT NOT NULL,
    channel TEXT NOT NULL,
    title TEXT NOT NULL,
    authority TEXT NOT NULL,
    missed BOOLEAN NOT NULL,
    recorded_at DATETIME NOT NULL,
    position INTEGER NOT NULL,
    CONSTRAINT pk_forms PRIMARY KEY (offer, form_id),
    CONSTRAINT fk_forms_holders FOREIGN KEY(offer, holder_id) REFERENCES holders (offer, holder_id),
    CONSTRAINT fk_forms_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
INSERT INTO "forms" VALUES('alpha-2003','F1','H1','election','2003-03-10 15:30:00.000000','2003-03-10','Ann Lee','fax','','',0,'2003-03-10 16:00:00.000000',1);
CREATE TABLE grants (
    offer VARCHAR(200) NOT NULL,
    grant_id VARCHAR(200) NOT NULL,
    holder_id VARCHAR(200) NOT NULL,
    granted_on DATE NOT NULL,
    shares BIGINT NOT NULL,
    exercised BIGINT NOT NULL,
    price VARCHAR(32) NOT NULL,
    type VARCHAR(3) NOT NULL,
    expires_on DATE NOT NULL,
    CONSTRAINT pk_grants PRIMARY KEY (offer, grant_id),
    CONSTRAINT fk_grants_holders FOREIGN KEY(offer, holder_id) REFERENCES holders (offer, holder_id),
    CONSTRAINT fk_grants_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
INSERT INTO "grants" VALUES('alpha-2003','G1','H1','2000-01-03',1000,100,'12.5','ISO','2010-01-03');
INSERT INTO "grants" VALUES('alpha-2003','G2','H1','2000-02-01',500,0,'0.3333','NSO','2010-02-01');
INSERT INTO "grants" VALUES('alpha-2003','G3','H2','2001-02-01',500,0,'3.10','NSO','2006-02-01');
CREATE TABLE holders (
    offer VARCHAR(200) NOT NULL,
    holder_id VARCHAR(200) NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    jurisdiction TEXT NOT NULL,
    voting_percent VARCHAR(32) NOT NULL,
    CONSTRAINT pk_holders PRIMARY KEY (offer, holder_id),
    CONSTRAINT fk_holders_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
INSERT INTO "holders" VALUES('alpha-2003','H1','Ann Lee','ann@example.com','US','12.5');
INSERT INTO "holders" VALUES('alpha-2003','H2','Bo Ray','','US','0');
CREATE TABLE notices (
    offer VARCHAR(200) NOT NULL,
    notice_id VARCHAR(200) NOT NULL,
    holder_id VARCHAR(200) NOT NULL,
    kind VARCHAR(32) NOT NULL,
    subject TEXT NOT NULL,
    data JSON NOT NULL,
    queued_at DATETIME NOT NULL,
    claimed_at DATETIME,
    claimed_by VARCHAR(36),
    sent_at DATETIME,
    message_id TEXT,
    answer TEXT,
    attempts INTEGER NOT NULL,
    refused BOOLEAN NOT NULL,
    CONSTRAINT pk_notices PRIMARY KEY (offer, notice_id),
    CONSTRAINT fk_notices_holders FOREIGN KEY(offer, holder_id) REFERENCES holders (offer, holder_id),
    CONSTRAINT fk_notices_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
INSERT INTO "notices" VALUES('alpha-2003','offer-opened:H1','H1','offer-opened','Alpha: offer to exchange your stock options, open until March 31, 2003','{"holder":{"name":"Ann Lee"},"subject":"Alpha: offer to exchange your stock options, open until March 31, 2003","offer":{"offer":"alpha-2003","issuer":"Alpha","plan":"Plan","symbol":"ALPH","exchange":"NASDAQ","clock":"EST","commences":"2003-02-28","expires":"2003-03-31T22:00:00Z","expires_on":"2003-03-31","extension_deadline":"2003-04-01T13:00:00Z","withdrawal_right":"2003-04-28T22:00:00Z","cancel_on":"2003-04-01","grant_on":"2003-10-03","lookback_from":"2002-08-28","lookback_months":6,"lookback_omitted":"include","waiting":{"months":6,"days":1},"confirm_within":5,"form_details":"required","excluded_jurisdictions":[],"contact":{"name":"Options","email":"options@example.com","title":"","phone":"","fax":"","address":""},"delivery":"by facsimile to Options or by hand delivery to Options"},"options":[{"grant_id":"G1","granted_on":"2000-01-03","price":"12.5","type":"ISO","original":1000,"exercised":100,"expires_on":"2010-01-03","shares":900,"lookback":false},{"grant_id":"G2","granted_on":"2000-02-01","price":"0.3333","type":"NSO","original":500,"exercised":0,"expires_on":"2010-02-01","shares":500,"lookback":false}]}','2003-02-28 14:00:00.000000',NULL,NULL,NULL,NULL,NULL,0,0);
INSERT INTO "notices" VALUES('alpha-2003','offer-opened:H2','H2','offer-opened','Alpha: offer to exchange your stock options, open until March 31, 2003','{"holder":{"name":"Bo Ray"},"subject":"Alpha: offer to exchange your stock options, open until March 31, 2003","offer":{"offer":"alpha-2003","issuer":"Alpha","plan":"Plan","symbol":"ALPH","exchange":"NASDAQ","clock":"EST","commences":"2003-02-28","expires":"2003-03-31T22:00:00Z","expires_on":"2003-03-31","extension_deadline":"2003-04-01T13:00:00Z","withdrawal_right":"2003-04-28T22:00:00Z","cancel_on":"2003-04-01","grant_on":"2003-10-03","lookback_from":"2002-08-28","lookback_months":6,"lookback_omitted":"include","waiting":{"months":6,"days":1},"confirm_within":5,"form_details":"required","excluded_jurisdictions":[],"contact":{"name":"Options","email":"options@example.com","title":"","phone":"","fax":"","address":""},"delivery":"by facsimile to Options or by hand delivery to Options"},"options":[{"grant_id":"G3","granted_on":"2001-02-01","price":"3.10","type":"NSO","original":500,"exercised":0,"expires_on":"2006-02-01","shares":500,"lookback":false}]}','2003-02-28 14:00:00.000000',NULL,NULL,NULL,NULL,NULL,0,0);
INSERT INTO "notices" VALUES('alpha-2003','confirmation:F1','H1','confirmation-of-receipt','Confirmation of Receipt: your Election Form received March 10, 2003 at 10:30 a.m. Eastern Standard Time, exchange offer of Alpha','{"holder":{"name":"Ann Lee"},"subject":"Confirmation of Receipt: your Election Form received March 10, 2003 at 10:30 a.m. Eastern Standard Time, exchange offer of Alpha","offer":{"offer":"alpha-2003","issuer":"Alpha","plan":"Plan","symbol":"ALPH","exchange":"NASDAQ","clock":"EST","commences":"2003-02-28","expires":"2003-03-31T22:00:00Z","expires_on":"2003-03-31","extension_deadline":"2003-04-01T13:00:00Z","withdrawal_right":"2003-04-28T22:00:00Z","cancel_on":"2003-04-01","grant_on":"2003-10-03","lookback_from":"2002-08-28","lookback_months":6,"lookback_omitted":"include","waiting":{"months":6,"days":1},"confirm_within":5,"form_details":"required","excluded_jurisdictions":[],"contact":{"name":"Options","email":"options@example.com","title":"","phone":"","fax":"","address":""},"delivery":"by facsimile to Options or by hand delivery to Options"},"revision":1,"form":{"form_id":"F1","kind":"election","received_at":"2003-03-10T15:30:00Z","signed_on":"2003-03-10","signed_as":"Ann Lee","channel":"by facsimile","lines":[{"grant_id":"G1","granted_on":"2000-01-03","price":"12.5","type":"ISO","original":1000,"exercised":100,"expires_on":"2010-01-03","shares":600},{"grant_id":"G2","granted_on":"2000-02-01","price":"0.3333","type":"NSO","original":500,"exercised":0,"expires_on":"2010-02-01","shares":500}]},"standing":"effective","ruling":{"rule":"EXP-1","section":"§4","reason":"Received in proper form before the offer expired."},"defects":[],"remarks":[],"tenders":[{"grant_id":"G1","granted_on":"2000-01-03","price":"12.5","type":"ISO","original":1000,"exercised":100,"expires_on":"2010-01-03","shares":600,"added":false},{"grant_id":"G2","granted_on":"2000-02-01","price":"0.3333","type":"NSO","original":500,"exercised":0,"expires_on":"2010-02-01","shares":500,"added":false}],"barred":false,"now":{"running":true,"open":true,"extendable":true,"withdrawable":false,"terminated_at":"","accepted_on":"","granted_on":"","cancel_on":"2003-04-01","grant_on":"2003-10-03"}}','2003-03-10 16:00:00.000000',NULL,NULL,NULL,NULL,NULL,0,0);
INSERT INTO "notices" VALUES('alpha-2003','acceptance:H1','H1','acceptance-and-promise','Options accepted and cancelled April 1, 2003: your Promise to Grant Stock Option(s) of Alpha','{"holder":{"name":"Ann Lee"},"subject":"Options accepted and cancelled April 1, 2003: your Promise to Grant Stock Option(s) of Alpha","offer":{"offer":"alpha-2003","issuer":"Alpha","plan":"Plan","symbol":"ALPH","exchange":"NASDAQ","clock":"EST","commences":"2003-02-28","expires":"2003-03-31T22:00:00Z","expires_on":"2003-03-31","extension_deadline":"2003-04-01T13:00:00Z","withdrawal_right":"2003-04-28T22:00:00Z","cancel_on":"2003-04-01","grant_on":"2003-10-03","lookback_from":"2002-08-28","lookback_months":6,"lookback_omitted":"include","waiting":{"months":6,"days":1},"confirm_within":5,"form_details":"required","excluded_jurisdictions":[],"contact":{"name":"Options","email":"options@example.com","title":"","phone":"","fax":"","address":""},"delivery":"by facsimile to Options or by hand delivery to Options"},"accepted":[{"grant_id":"G1","granted_on":"2000-01-03","price":"12.5","type":"ISO","original":1000,"exercised":100,"expires_on":"2010-01-03","shares":600,"balancing":{"grant_id":"G1-B","granted_on":"2000-01-03","shares":300,"price":"12.5","type":"ISO","expires_on":"2010-01-03","vesting":[{"vests_on":"2001-01-03","shares":100},{"vests_on":"2002-01-03","shares":200}]}},{"grant_id":"G2","granted_on":"2000-02-01","price":"0.3333","type":"NSO","original":500,"exercised":0,"expires_on":"2010-02-01","shares":500,"balancing":null}],"promise":{"promise_id":"P-H1","shares":1100,"issued_on":"2003-04-01","not_before":"2003-10-03"}}','2003-04-01 14:00:00.000000',NULL,NULL,NULL,NULL,NULL,0,0);
CREATE TABLE offers (
    offer VARCHAR(200) NOT NULL,
    digest VARCHAR(64) NOT NULL,
    taken_in_at DATETIME NOT NULL,
    version INTEGER NOT NULL,
    opened_at DATETIME,
    accepted_at DATETIME,
    cancelled_on DATE,
    terminated_at DATETIME,
    granted_on DATE,
    played_until DATETIME,
    CONSTRAINT pk_offers PRIMARY KEY (offer)
);
INSERT INTO "offers" VALUES('alpha-2003','dbf2785c35bacb6f3098dd836c21315b8db4ba571bc0e5a316087a361e7f389f','2003-02-28 14:00:00.000000',1,'2003-02-28 14:00:00.000000','2003-04-01 14:00:00.000000','2003-04-01',NULL,NULL,NULL);
CREATE TABLE options (
    offer VARCHAR(200) NOT NULL,
    grant_id VARCHAR(200) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    holder_id VARCHAR(200) NOT NULL,
    from_grant_id VARCHAR(200) NOT NULL,
    granted_on DATE NOT NULL,
    shares BIGINT NOT NULL,
    price VARCHAR(32) NOT NULL,
    type VARCHAR(3) NOT NULL,
    expires_on DATE NOT NULL,
    CONSTRAINT pk_options PRIMARY KEY (offer, grant_id),
    CONSTRAINT fk_options_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
INSERT INTO "options" VALUES('alpha-2003','G1-B','balancing','H1','G1','2000-01-03',300,'12.5','ISO','2010-01-03');
CREATE TABLE pool (
    offer VARCHAR(200) NOT NULL,
    position INTEGER NOT NULL,
    "on" DATE NOT NULL,
    event VARCHAR(32) NOT NULL,
    shares BIGINT NOT NULL,
    available_after BIGINT NOT NULL,
    CONSTRAINT pk_pool PRIMARY KEY (offer, position),
    CONSTRAINT fk_pool_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
INSERT INTO "pool" VALUES('alpha-2003',1,'2003-02-28','authorized',2400000,2400000);
INSERT INTO "pool" VALUES('alpha-2003',2,'2003-02-28','outstanding',-1900,2398100);
INSERT INTO "pool" VALUES('alpha-2003',3,'2003-02-28','exercised',-100,2398000);
INSERT INTO "pool" VALUES('alpha-2003',4,'2003-04-01','cancelled',1100,2399100);
INSERT INTO "pool" VALUES('alpha-2003',5,'2003-04-01','reserved',-1100,2398000);
INSERT INTO "pool" VALUES('alpha-2003',6,'2003-06-02','split',1199000,3597000);
CREATE TABLE prices (
    offer VARCHAR(200) NOT NULL,
    "on" DATE NOT NULL,
    close VARCHAR(32) NOT NULL,
    CONSTRAINT pk_prices PRIMARY KEY (offer, "on"),
    CONSTRAINT fk_prices_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
CREATE TABLE promises (
    offer VARCHAR(200) NOT NULL,
    promise_id VARCHAR(200) NOT NULL,
    holder_id VARCHAR(200) NOT NULL,
    shares BIGINT NOT NULL,
    issued_on DATE NOT NULL,
    not_before DATE NOT NULL,
    received_on DATE NOT NULL,
    CONSTRAINT pk_promises PRIMARY KEY (offer, promise_id),
    CONSTRAINT fk_promises_offers FOREIGN KEY(offer) REFERENCES offers (offer),
    CONSTRAINT uq_promises_offer_holder_id UNIQUE (offer, holder_id)
);
INSERT INTO "promises" VALUES('alpha-2003','P-H1','H1',1100,'2003-04-01','2003-10-03','2003-03-10');
CREATE TABLE spells (
    offer VARCHAR(200) NOT NULL,
    holder_id VARCHAR(200) NOT NULL,
    capacity VARCHAR(16) NOT NULL,
    first_day DATE NOT NULL,
    last_day DATE,
    CONSTRAINT pk_spells PRIMARY KEY (offer, holder_id, capacity, first_day),
    CONSTRAINT fk_spells_holders FOREIGN KEY(offer, holder_id) REFERENCES holders (offer, holder_id),
    CONSTRAINT fk_spells_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
INSERT INTO "spells" VALUES('alpha-2003','H1','employee','1999-01-04',NULL);
INSERT INTO "spells" VALUES('alpha-2003','H2','director','1999-01-04','2003-06-15');
CREATE TABLE steps (
    offer VARCHAR(200) NOT NULL,
    name VARCHAR(32) NOT NULL,
    version INTEGER NOT NULL,
    due DATETIME NOT NULL,
    status VARCHAR(16) NOT NULL,
    done_at DATETIME,
    message TEXT NOT NULL,
    flow_run_id VARCHAR(36),
    digest VARCHAR(64),
    CONSTRAINT pk_steps PRIMARY KEY (offer, name, version),
    CONSTRAINT fk_steps_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
INSERT INTO "steps" VALUES('alpha-2003','open',1,'2003-02-28 14:00:00.000000','done','2003-02-28 14:00:00.000000','Opened: 2 eligible holders told',NULL,NULL);
INSERT INTO "steps" VALUES('alpha-2003','close',1,'2003-03-31 22:00:00.000000','done','2003-03-31 22:00:00.000000','Closed: 1 form; 1,100 option shares tendered by 1 holder, 0 withdrawn, 0 superseded, 0 defective, 0 late',NULL,NULL);
INSERT INTO "steps" VALUES('alpha-2003','extension-deadline',1,'2003-04-01 13:00:00.000000','done','2003-04-01 13:00:00.000000','No extension was announced in time.',NULL,NULL);
INSERT INTO "steps" VALUES('alpha-2003','cancel',1,'2003-04-01 14:00:00.000000','done','2003-04-01 14:00:00.000000','Accepted and cancelled 2 options for 1,100 shares of 1 holder; 1 balancing option; 0 tenders rejected',NULL,NULL);
INSERT INTO "steps" VALUES('alpha-2003','withdrawal-right',1,'2003-04-28 22:00:00.000000','moot',NULL,'the tendered options were accepted before',NULL,NULL);
INSERT INTO "steps" VALUES('alpha-2003','recheck-employment',1,'2003-10-03 14:00:00.000000','pending',NULL,'',NULL,NULL);
INSERT INTO "steps" VALUES('alpha-2003','regrant',1,'2003-10-03 22:00:00.000000','pending',NULL,'',NULL,NULL);
CREATE TABLE terms (
    offer VARCHAR(200) NOT NULL,
    version INTEGER NOT NULL,
    at DATETIME NOT NULL,
    reason TEXT NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT pk_terms PRIMARY KEY (offer, version),
    CONSTRAINT fk_terms_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
INSERT INTO "terms" VALUES('alpha-2003',1,'2003-02-28 14:00:00.000000','as the offer was made','{"offer":"alpha-2003","issuer":"Alpha","commences":"2003-02-28","expires":"2003-03-31T22:00:00Z","stock":{"symbol":"ALPH","exchange":"NASDAQ"},"plan":{"name":"Plan","shares_authorized":2400000,"vesting":{"first_months":12,"every_months":12,"tranches":3},"term_years":{"employee":10,"director":5,"consultant":10,"ten_percent_owner":5}},"contact":{"name":"Options","email":"options@example.com","title":"","phone":"","fax":"","address":""},"clock":"EST","open_at":"09:00:00","cancel_at":"09:00:00","extension_deadline":"08:00:00","recheck_at":"09:00:00","regrant_at":"17:00:00","withdrawable_after":null,"reminders":[],"confirm_within":5,"channels":["fax","hand"],"form_details":"required","lookback":{"months":6,"omitted":"include"},"waiting":{"months":6,"days":1,"begins":"after_cancellation"},"minimum_business_days":20,"require_approval":[],"excluded_jurisdictions":[],"calendar":{"closed":[]}}');
CREATE TABLE tranches (
    offer VARCHAR(200) NOT NULL,
    grant_id VARCHAR(200) NOT NULL,
    vests_on DATE NOT NULL,
    shares BIGINT NOT NULL,
    CONSTRAINT pk_tranches PRIMARY KEY (offer, grant_id, vests_on),
    CONSTRAINT fk_tranches_offers FOREIGN KEY(offer) REFERENCES offers (offer)
);
INSERT INTO "tranches" VALUES('alpha-2003','G1','2001-01-03',400);
INSERT INTO "tranches" VALUES('alpha-2003','G1','2002-01-03',600);
INSERT INTO "tranches" VALUES('alpha-2003','G1-B','2001-01-03',100);
INSERT INTO "tranches" VALUES('alpha-2003','G1-B','2002-01-03',200);
CREATE INDEX ix_decisions_offer_holder_id ON decisions (offer, holder_id);
CREATE INDEX ix_options_offer_holder_id ON options (offer, holder_id);
CREATE INDEX ix_forms_offer_holder_id ON forms (offer, holder_id);
CREATE INDEX ix_grants_offer_holder_id ON grants (offer, holder_id);
CREATE INDEX ix_notices_offer_holder_id ON notices (offer, holder_id);
CREATE INDEX ix_notices_unsent ON notices (offer, attempts, queued_at, notice_id) WHERE sent_at IS NULL;
CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END;
CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
COMMIT;
