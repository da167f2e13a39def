-- A database as release 0.1 of schema 1 left it (commit 8209ba0): what a small district's phones sent, right, wrong and odd.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO _sqlx_migrations VALUES(1,'start','2026-11-24 07:58:08',1,X'c00bac6608fc5cffe485d54df8ed5572766290d66c8515d34098ddfaa689a605cbfbd9a90a344f454e72dba8219482fb',1817320);
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('epoch',1);
INSERT INTO meta VALUES('structure',2);
CREATE TABLE scope (
    key TEXT PRIMARY KEY,
    last_seq INTEGER NOT NULL,
    restored_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO scope VALUES('AL-A-NGO',7,0);
INSERT INTO scope VALUES('AL-HONG-THUONG',31,0);
INSERT INTO scope VALUES('TTH-ALUOI',3,0);
CREATE TABLE log (
    scope TEXT NOT NULL REFERENCES scope (key),
    server_seq INTEGER NOT NULL,
    device TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    op_seq INTEGER NOT NULL,
    author TEXT NOT NULL,
    kind TEXT NOT NULL,
    record TEXT NOT NULL,
    field TEXT NOT NULL,
    corrected_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    op TEXT NOT NULL,
    PRIMARY KEY (scope, server_seq)
) STRICT, WITHOUT ROWID;
INSERT INTO log VALUES('AL-A-NGO',1,'server','b1704ea2df923839a25a0b3cea764373',1,'import','checklist_task','B01','plan',1000,1000,0,'{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":1,"author":"import","at_ms":1000,"scope":"AL-A-NGO","kind":"checklist_task","record":"B01","field":"plan","base":{"epoch":1,"seq":0},"change":{"set":{"due":"T","owed_by":"huyện","phase":"before","title":"Việc B01"}}}');
INSERT INTO log VALUES('AL-A-NGO',2,'server','b1704ea2df923839a25a0b3cea764373',2,'import','checklist_task','B16','plan',1000,1000,0,'{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":2,"author":"import","at_ms":1000,"scope":"AL-A-NGO","kind":"checklist_task","record":"B16","field":"plan","base":{"epoch":1,"seq":0},"change":{"set":{"due":"T","phase":"before","title":"Việc B16"}}}');
INSERT INTO log VALUES('AL-A-NGO',3,'server','b1704ea2df923839a25a0b3cea764373',3,'import','congress','congress','opening',1000,1000,0,'{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":3,"author":"import","at_ms":1000,"scope":"AL-A-NGO","kind":"congress","record":"congress","field":"opening","base":{"epoch":1,"seq":0},"change":{"set":"2020-02-21"}}');
INSERT INTO log VALUES('AL-A-NGO',4,'server','b1704ea2df923839a25a0b3cea764373',4,'import','congress','congress','plan',1000,1000,0,'{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":4,"author":"import","at_ms":1000,"scope":"AL-A-NGO","kind":"congress","record":"congress","field":"plan","base":{"epoch":1,"seq":0},"change":{"set":{}}}');
INSERT INTO log VALUES('AL-A-NGO',5,'server','b1704ea2df923839a25a0b3cea764373',5,'import','propaganda_task','R01','plan',1000,1000,0,'{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":5,"author":"import","at_ms":1000,"scope":"AL-A-NGO","kind":"propaganda_task","record":"R01","field":"plan","base":{"epoch":1,"seq":0},"change":{"set":{"due":"T","phase":"before","title":"Việc R01"}}}');
INSERT INTO log VALUES('AL-A-NGO',6,'server','b1704ea2df923839a25a0b3cea764373',6,'import','unit','AL-A-NGO','plan',1000,1000,0,'{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":6,"author":"import","at_ms":1000,"scope":"AL-A-NGO","kind":"unit","record":"AL-A-NGO","field":"plan","base":{"epoch":1,"seq":0},"change":{"set":{"congress_kind":"đại trà","kind":"xã","name":"A Ngo","parent":"TTH-ALUOI"}}}');
INSERT INTO log VALUES('AL-A-NGO',7,'d3','i1',2,'huyenuy','congress','congress','opening',1795507083728,1795507088726,0,'{"device":"d3","incarnation":"i1","seq":2,"author":"huyenuy","at_ms":1584086395002,"scope":"AL-A-NGO","kind":"congress","record":"congress","field":"opening","base":{"epoch":1,"seq":0},"change":{"set":"2020-02-28"}}');
INSERT INTO log VALUES('AL-HONG-THUONG',1,'server','b1704ea2df923839a25a0b3cea764373',7,'import','checklist_task','B01','plan',1000,1000,0,'{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":7,"author":"import","at_ms":1000,"scope":"AL-HONG-THUONG","kind":"checklist_task","record":"B01","field":"plan","base":{"epoch":1,"seq":0},"change":{"set":{"due":"T","owed_by":"huyện","phase":"before","title":"Việc B01"}}}');
INSERT INTO log VALUES('AL-HONG-THUONG',2,'server','b1704ea2df923839a25a0b3cea764373',8,'import','checklist_task','B16','plan',1000,1000,0,'{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":8,"author":"import","at_ms":1000,"scope":"AL-HONG-THUONG","kind":"checklist_task","record":"B16","field":"plan","base":{"epoch":1,"seq":0},"change":{"set":{"due":"T","phase":"before","title":"Việc B16"}}}');
INSERT INTO log VALUES('AL-HONG-THUONG',3,'server','b1704ea2df923839a25a0b3cea764373',9,'import','congress','congress','opening',1000,1000,0,'{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":9,"author":"import","at_ms":1000,"scope":"AL-HONG-THUONG","kind":"congress","record":"congress","field":"opening","base":{"epoch":1,"seq":0},"change":{"set":"2020-02-21"}}');
INSERT INTO log VALUES('AL-HONG-THUONG',4,'server','b1704ea2df923839a25a0b3cea764373',10,'import','congress','congress','plan',1000,1000,0,'{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":10,"author":"import","at_ms":1000,"scope":"AL-HONG-THUONG","kind":"congress","record":"congress","field":"plan","base":{"epoch":1,"seq":0},"change":{"set":{}}}');
INSERT INTO log VALUES('AL-HONG-THUONG',5,'server','b1704ea2df923839a25a0b3cea764373',11,'import','propaganda_task','R01','plan',1000,1000,0,'{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":11,"author":"import","at_ms":1000,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"plan","base":{"epoch":1,"seq":0},"change":{"set":{"due":"T","phase":"before","title":"Việc R01"}}}');
INSERT INTO log VALUES('AL-HONG-THUONG',6,'server','b1704ea2df923839a25a0b3cea764373',12,'import','unit','AL-HONG-THUONG','plan',1000,1000,0,'{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":12,"author":"import","at_ms":1000,"scope":"AL-HONG-THUONG","kind":"unit","record":"AL-HONG-THUONG","field":"plan","base":{"epoch":1,"seq":0},"change":{"set":{"congress_kind":"đại trà","kind":"xã","name":"Hồng Thượng","parent":"TTH-ALUOI"}}}');
INSERT INTO log VALUES('AL-HONG-THUONG',7,'server','31c2ec59f40fe198dc78d389f34dee48',1,'server','person','bithu','plan',1000,1000,6,'{"device":"server","incarnation":"31c2ec59f40fe198dc78d389f34dee48","seq":1,"author":"server","at_ms":1000,"scope":"AL-HONG-THUONG","kind":"person","record":"bithu","field":"plan","base":{"epoch":1,"seq":6},"change":{"set":{"name":"Bí thư Hồng Thượng","role":"unit_secretary"}}}');
INSERT INTO log VALUES('AL-HONG-THUONG',8,'server','31c2ec59f40fe198dc78d389f34dee48',2,'server','person','tuyengiao','plan',1000,1000,6,'{"device":"server","incarnation":"31c2ec59f40fe198dc78d389f34dee48","seq":2,"author":"server","at_ms":1000,"scope":"AL-HONG-THUONG","kind":"person","record":"tuyengiao","field":"plan","base":{"epoch":1,"seq":6},"change":{"set":{"name":"Tuyên giáo Hồng Thượng","role":"propaganda_member"}}}');
INSERT INTO log VALUES('AL-HONG-THUONG',9,'máy "1"','i1',1,'tuyengiao','propaganda_task','R01','done',1795507083717,1795507088716,0,'{"device":"máy \"1\"","incarnation":"i1","seq":1,"author":"tuyengiao","at_ms":1584086395001,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"done","base":{"epoch":1,"seq":0},"change":{"set":true}}');
INSERT INTO log VALUES('AL-HONG-THUONG',10,'máy "1"','i1',2,'tuyengiao','propaganda_task','R01','quantity',1795507083718,1795507088716,0,'{"device":"máy \"1\"","incarnation":"i1","seq":2,"author":"tuyengiao","at_ms":1584086395002,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"quantity","base":{"epoch":1,"seq":0},"change":{"set":3}}');
INSERT INTO log VALUES('AL-HONG-THUONG',11,'máy "1"','i1',3,'tuyengiao','propaganda_task','R01','note',1795507083719,1795507088716,0,'{"device":"máy \"1\"","incarnation":"i1","seq":3,"author":"tuyengiao","at_ms":1584086395003,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"note","base":{"epoch":1,"seq":0},"change":{"add":"Đã treo 12 băng rôn ở ủy ban xã\nvà \"ngã ba\""},"a.b $[0]":18446744073709551615,"photo_hint":{"deep":[1.0,-0.0,1e-7,1e+21,null,{"x":[[[]]]}],"of":"a later release"}}');
INSERT INTO log VALUES('AL-HONG-THUONG',12,'máy "1"','i1',4,'tuyengiao','propaganda_task','R01','note',1795507083720,1795507088716,0,'{"device":"máy \"1\"","incarnation":"i1","seq":4,"author":"tuyengiao","at_ms":1584086395004,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"note","base":{"epoch":1,"seq":0},"change":{"add":"Ghi nhầm"}}');
INSERT INTO log VALUES('AL-HONG-THUONG',13,'máy "1"','i1',5,'tuyengiao','propaganda_task','R01','note',1795507083721,1795507088716,0,'{"device":"máy \"1\"","incarnation":"i1","seq":5,"author":"tuyengiao","at_ms":1584086395005,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"note","base":{"epoch":1,"seq":0},"change":{"retract":{"device":"máy \"1\"","incarnation":"i1","seq":4}}}');
INSERT INTO log VALUES('AL-HONG-THUONG',14,'máy "1"','i1',6,'tuyengiao','propaganda_task','R01','number',1795507083722,1795507088716,0,'{"device":"máy \"1\"","incarnation":"i1","seq":6,"author":"tuyengiao","at_ms":1584086395006,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"number","base":{"epoch":1,"seq":0},"change":{"set":"12-CV/ĐU"}}');
INSERT INTO log VALUES('AL-HONG-THUONG',15,'máy "1"','i1',7,'tuyengiao','propaganda_task','R01','number',1795507083723,1795507088716,0,'{"device":"máy \"1\"","incarnation":"i1","seq":7,"author":"tuyengiao","at_ms":1584086395007,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"number","base":{"epoch":1,"seq":0},"change":{"set":null}}');
INSERT INTO log VALUES('AL-HONG-THUONG',16,'d2','i1',1,'bithu','propaganda_task','R01','quantity',1795507088723,1795507088723,0,'{"device":"d2","incarnation":"i1","seq":1,"author":"bithu","at_ms":1584086395001,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"quantity","base":{"epoch":1,"seq":0},"change":{"set":5}}');
INSERT INTO log VALUES('AL-HONG-THUONG',17,'d2','i1',2,'bithu','propaganda_task','R01','done',1795507088723,1795507088723,0,'{"device":"d2","incarnation":"i1","seq":2,"author":"bithu","at_ms":1584086395002,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"done","base":{"epoch":1,"seq":0},"change":{"set":true}}');
INSERT INTO log VALUES('AL-HONG-THUONG',18,'d2','i1',3,'bithu','propaganda_task','R01','date',1795507088723,1795507088723,0,'{"device":"d2","incarnation":"i1","seq":3,"author":"bithu","at_ms":1584086395003,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"date","base":{"epoch":1,"seq":0},"change":{"set":"2020-03-13"}}');
INSERT INTO log VALUES('AL-HONG-THUONG',19,'d4','i1',10,'tuyengiao','propaganda_task','R01','step.1',1795507083740,1795507088730,0,'{"device":"d4","incarnation":"i1","seq":10,"author":"tuyengiao","at_ms":1584086395010,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"step.1","base":{"epoch":1,"seq":0},"change":{"set":true}}');
INSERT INTO log VALUES('AL-HONG-THUONG',20,'c1','i1',1,'bithu','propaganda_task','R01','planned',-1,1795507088738,0,'{"device":"c1","incarnation":"i1","seq":1,"author":"bithu","at_ms":-9223372036854775808,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"planned","base":{"epoch":18446744073709551615,"seq":18446744073709551615},"change":{"set":1}}');
INSERT INTO log VALUES('AL-HONG-THUONG',21,'c1','i1',2,'bithu','propaganda_task','R01','planned',0,1795507088738,20,'{"device":"c1","incarnation":"i1","seq":2,"author":"bithu","at_ms":-9223372036854775807,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"planned","base":{"epoch":1,"seq":18446744073709551615},"change":{"set":2}}');
INSERT INTO log VALUES('AL-HONG-THUONG',22,'c2','i1',1,'bithu','propaganda_task','R01','planned',1795507088740,1795507088740,0,'{"device":"c2","incarnation":"i1","seq":1,"author":"bithu","at_ms":9223372036854775807,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"planned","base":{"epoch":18446744073709551615,"seq":18446744073709551615},"change":{"set":1}}');
INSERT INTO log VALUES('AL-HONG-THUONG',23,'c2','i1',2,'bithu','propaganda_task','R01','planned',-1,1795507088740,22,'{"device":"c2","incarnation":"i1","seq":2,"author":"bithu","at_ms":-9223372036854775808,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"planned","base":{"epoch":1,"seq":18446744073709551615},"change":{"set":2}}');
INSERT INTO log VALUES('AL-HONG-THUONG',24,'c3','i1',1,'bithu','propaganda_task','R01','planned',-9223372036854775808,1795507088743,0,'{"device":"c3","incarnation":"i1","seq":1,"author":"bithu","at_ms":-9223372036854775808,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"planned","base":{"epoch":18446744073709551615,"seq":18446744073709551615},"change":{"set":1}}');
INSERT INTO log VALUES('AL-HONG-THUONG',25,'c3','i1',2,'bithu','propaganda_task','R01','planned',-9223372036854775808,1795507088743,24,'{"device":"c3","incarnation":"i1","seq":2,"author":"bithu","at_ms":-9223372036854775807,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"planned","base":{"epoch":1,"seq":18446744073709551615},"change":{"set":2}}');
INSERT INTO log VALUES('AL-HONG-THUONG',26,'c4','i1',1,'bithu','propaganda_task','R01','planned',1795507088746,1795507088746,0,'{"device":"c4","incarnation":"i1","seq":1,"author":"bithu","at_ms":9223372036854775807,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"planned","base":{"epoch":18446744073709551615,"seq":18446744073709551615},"change":{"set":1}}');
INSERT INTO log VALUES('AL-HONG-THUONG',27,'c4','i1',2,'bithu','propaganda_task','R01','planned',-9223372036854775808,1795507088746,26,'{"device":"c4","incarnation":"i1","seq":2,"author":"bithu","at_ms":-9223372036854775808,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"planned","base":{"epoch":1,"seq":18446744073709551615},"change":{"set":2}}');
INSERT INTO log VALUES('AL-HONG-THUONG',28,'c5','i1',1,'bithu','propaganda_task','R01','planned',211420688748,1795507088748,0,'{"device":"c5","incarnation":"i1","seq":1,"author":"bithu","at_ms":0,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"planned","base":{"epoch":18446744073709551615,"seq":18446744073709551615},"change":{"set":1}}');
INSERT INTO log VALUES('AL-HONG-THUONG',29,'c5','i1',2,'bithu','propaganda_task','R01','planned',211420688749,1795507088748,28,'{"device":"c5","incarnation":"i1","seq":2,"author":"bithu","at_ms":1,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"planned","base":{"epoch":1,"seq":18446744073709551615},"change":{"set":2}}');
INSERT INTO log VALUES('AL-HONG-THUONG',30,'d5','i1',-4,'bithu','propaganda_task','R01','step.3',1795507083747,1795507088751,0,'{"device":"d5","incarnation":"i1","seq":18446744073709551612,"author":"bithu","at_ms":1584086394996,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"step.3","base":{"epoch":1,"seq":0},"change":{"set":true}}');
INSERT INTO log VALUES('AL-HONG-THUONG',31,'d2','i1',4,'bithu','propaganda_task','R01','quantity',1795507083760,1795507088756,12,'{"device":"d2","incarnation":"i1","seq":4,"author":"bithu","at_ms":1584086395004,"scope":"AL-HONG-THUONG","kind":"propaganda_task","record":"R01","field":"quantity","base":{"epoch":1,"seq":12},"change":{"set":7}}');
INSERT INTO log VALUES('TTH-ALUOI',1,'server','b1704ea2df923839a25a0b3cea764373',13,'import','role','quyen-tt','plan',1000,1000,0,'{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":13,"author":"import","at_ms":1000,"scope":"TTH-ALUOI","kind":"role","record":"quyen-tt","field":"plan","base":{"epoch":1,"seq":0},"change":{"set":{"identifier":"propaganda_member","name":"Cán bộ tuyên truyền"}}}');
INSERT INTO log VALUES('TTH-ALUOI',2,'server','b1704ea2df923839a25a0b3cea764373',14,'import','unit','TTH-ALUOI','plan',1000,1000,0,'{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":14,"author":"import","at_ms":1000,"scope":"TTH-ALUOI","kind":"unit","record":"TTH-ALUOI","field":"plan","base":{"epoch":1,"seq":0},"change":{"set":{"kind":"huyện","name":"A Lưới"}}}');
INSERT INTO log VALUES('TTH-ALUOI',3,'server','31c2ec59f40fe198dc78d389f34dee48',3,'server','person','huyenuy','plan',1000,1000,2,'{"device":"server","incarnation":"31c2ec59f40fe198dc78d389f34dee48","seq":3,"author":"server","at_ms":1000,"scope":"TTH-ALUOI","kind":"person","record":"huyenuy","field":"plan","base":{"epoch":1,"seq":2},"change":{"set":{"name":"Văn phòng Huyện ủy","role":"superior_lead"}}}');
CREATE TABLE receipt (
    device TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    seq INTEGER NOT NULL,
    digest BLOB NOT NULL,
    verdict TEXT NOT NULL,
    PRIMARY KEY (device, incarnation, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO receipt VALUES('c1','i1',1,X'2b56565a81f54f9f7337aa67b180778a6e8c681d8e5f4d0004fedf329025d8dd','{"server_seq":20,"verdict":"applied"}');
INSERT INTO receipt VALUES('c1','i1',2,X'dd587c3c12bbf4995093581c6e2cf7b7807743a14a1abfded3b8161a45522e39','{"server_seq":21,"verdict":"applied"}');
INSERT INTO receipt VALUES('c2','i1',1,X'8c3d1e741be47a17e64c3ee334d4c54def5dcc1b8227f69ad9a2458548058ffb','{"server_seq":22,"verdict":"sibling"}');
INSERT INTO receipt VALUES('c2','i1',2,X'2f5ba3d8ed420f2930dc02aa4232bc3a69cd58d24ac27c8f6db72c7e66581b29','{"server_seq":23,"verdict":"applied"}');
INSERT INTO receipt VALUES('c3','i1',1,X'0c535fb5f21d632f699effdbc284238c16b51cd3abcf73952a60f3fee0852a67','{"server_seq":24,"verdict":"sibling"}');
INSERT INTO receipt VALUES('c3','i1',2,X'c025b5f2bf2eee8ff7fffcc205d7797dc0e1908c7f1f4d57ccc3e2580731b6f0','{"server_seq":25,"verdict":"applied"}');
INSERT INTO receipt VALUES('c4','i1',1,X'968f7b21455bd55aa888bc610a655ca6ae1a79a6be0cb4ebbc8bc08fde607bdb','{"server_seq":26,"verdict":"sibling"}');
INSERT INTO receipt VALUES('c4','i1',2,X'dd4b6cbc6a468b0bd028c8cc075e42c867638cfebbcdacee29f18943efc1326d','{"server_seq":27,"verdict":"applied"}');
INSERT INTO receipt VALUES('c5','i1',1,X'b5fa8766b81000addf2dd2d9424f0c6449fdd9e9604ecf4b82c5b14f80f820f8','{"server_seq":28,"verdict":"sibling"}');
INSERT INTO receipt VALUES('c5','i1',2,X'cd038d27e10df36b4155e9041b6fe959ec991be5f8de8175d6dbbefbda3529a5','{"server_seq":29,"verdict":"applied"}');
INSERT INTO receipt VALUES('d2','i1',1,X'23c74efa241f78087fb70f7c77c71e8b4748d47410c7ba37dc9d11fca72fc69b','{"server_seq":16,"verdict":"sibling"}');
INSERT INTO receipt VALUES('d2','i1',2,X'05556af89f39b6cc94f95d314bcc817e6925d8af1fa9a7147fc64dca9751bec3','{"server_seq":17,"verdict":"merged"}');
INSERT INTO receipt VALUES('d2','i1',3,X'f5cc5c2b88e1c9d7153fba275acfd5cb3097d5ff28fce96048001179c56a7cdc','{"server_seq":18,"verdict":"applied"}');
INSERT INTO receipt VALUES('d2','i1',4,X'285db58d14d62c5ebeea48ab10b26b42a0b9609bf86f33a13844ecdbdb256c09','{"server_seq":31,"verdict":"applied"}');
INSERT INTO receipt VALUES('d3','i1',1,X'673a1b99062df382d32568dd09861feccad19f232f6d0867e2b7fdc41e330608','{"code":"forbidden","verdict":"rejected"}');
INSERT INTO receipt VALUES('d3','i1',2,X'e6088d80fb8fea6913ff9d91ff7f34f969680b1bc832571554d7d2e4accf9542','{"server_seq":7,"verdict":"sibling"}');
INSERT INTO receipt VALUES('d4','i1',1,X'2dde317c458dc1f2f016f186e3d574065508c86f70a12f88bf5a5adb1ad522fd','{"code":"malformed","verdict":"rejected"}');
INSERT INTO receipt VALUES('d4','i1',2,X'28db2e343e04fe1ad2c18ca271bd8e4c32d7f142ce8a3664e265e7c5935e1f85','{"verdict":"needs_upgrade"}');
INSERT INTO receipt VALUES('d4','i1',3,X'8afbf8fddfeb0dc44b9c7e63ea99675bef3f1307f7aeb2010ba5d146f6fd1812','{"verdict":"needs_upgrade"}');
INSERT INTO receipt VALUES('d4','i1',4,X'f193b6642abd84d50e22e42bd5e99e89906252add47ea99a00e1a88d3f7a5895','{"code":"bad_value","verdict":"rejected"}');
INSERT INTO receipt VALUES('d4','i1',5,X'413b6da6f8ca584199f08e2b3c27b8b0f8cc8f7f39b17ccb4b9b415518e767cb','{"code":"wrong_author","verdict":"quarantined"}');
INSERT INTO receipt VALUES('d4','i1',6,X'dc2ea736e5f25fe600ab64b1f17fb26f371cf5e20c6cf1fa9a55a6262490ebd7','{"code":"unknown_field","verdict":"rejected"}');
INSERT INTO receipt VALUES('d4','i1',7,X'18b06cbce7eeb16af8c4ee91c11ceeebc0af292b6a9b767fdab4523efb523940','{"code":"unknown_scope","verdict":"rejected"}');
INSERT INTO receipt VALUES('d4','i1',8,X'352de2502a7bc473cf1ad7de297ee4423eeed9297074d087626be071f557d327','{"code":"unknown_target","verdict":"rejected"}');
INSERT INTO receipt VALUES('d4','i1',9,X'3013da26347be1bbdd65a4bfc4c49d6b866ea53a3f7ec4a08abf9dc5fa63ce78','{"code":"forbidden","verdict":"rejected"}');
INSERT INTO receipt VALUES('d4','i1',10,X'9da737fefefe7591788dceb32a7c940578356555ff418e04cba9a9eba9c298d0','{"server_seq":19,"verdict":"applied"}');
INSERT INTO receipt VALUES('d5','i1',-4,X'ebe34fdd8e66a5635dc5678aaf2cc7e04aed4bf025586b63c29fec96555f9b31','{"server_seq":30,"verdict":"applied"}');
INSERT INTO receipt VALUES('d5','i1',-3,X'0cc3f2959c5df22724c980e3d8231ff1377bdea13d7b0032a6972e437e7ccc1a','{"code":"bad_value","verdict":"rejected"}');
INSERT INTO receipt VALUES('máy "1"','i1',1,X'8c2dcd80dc1c70ba6dae27cebedc9a9d7c26f20d7b26dd9ec0a4b1c4bdb73be4','{"server_seq":9,"verdict":"applied"}');
INSERT INTO receipt VALUES('máy "1"','i1',2,X'7a238cb805b6922d46e722dcb0b8857f0a1fd4798d5e0158c7404cbf2f2b7725','{"server_seq":10,"verdict":"applied"}');
INSERT INTO receipt VALUES('máy "1"','i1',3,X'8bb9b6012671858df0d6f73eff5999566d9ce06a6b1ea4332ff716da077035e7','{"server_seq":11,"verdict":"applied"}');
INSERT INTO receipt VALUES('máy "1"','i1',4,X'98911c049988a732f80edc3ff4c250183fd5eb52e0c9912ecd31dcfbd0f5e67e','{"server_seq":12,"verdict":"applied"}');
INSERT INTO receipt VALUES('máy "1"','i1',5,X'7846c5827199d1ef06eecaf9764efe241fe5e59e677d6093595c1d71cd97f18d','{"server_seq":13,"verdict":"applied"}');
INSERT INTO receipt VALUES('máy "1"','i1',6,X'a569fa4f3015bebf23f04148ed2c14c10c1f07ff2c8d9b3f378a6cfd4b21d3ee','{"server_seq":14,"verdict":"applied"}');
INSERT INTO receipt VALUES('máy "1"','i1',7,X'65f7fa42fe19a37cad02f3acf8efb25483229417098aabab8ad12920177efe1f','{"server_seq":15,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','31c2ec59f40fe198dc78d389f34dee48',1,X'fffca524158c23a85d2b37cdf9115a892a444b132fd1eb61676e1b5216fcc009','{"server_seq":7,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','31c2ec59f40fe198dc78d389f34dee48',2,X'88256f45db45af11d9e01c81e93124938f7c0c87324ab9dddac412ec54f96735','{"server_seq":8,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','31c2ec59f40fe198dc78d389f34dee48',3,X'4e10c514c9f0a71e0713111d1b141e06a810ea857884fe338e4cd3c248600248','{"server_seq":3,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','b1704ea2df923839a25a0b3cea764373',1,X'20a6ff9048dfeabb467b0f58b90bbe986c46200f178c5ba91710e9cb4819e48e','{"server_seq":1,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','b1704ea2df923839a25a0b3cea764373',2,X'c9b5fff1c9adb6fe23aa9667a1d8ebf7b012d90f69c0e688737b766e60b37884','{"server_seq":2,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','b1704ea2df923839a25a0b3cea764373',3,X'ae46bd6fcb92f74722aea07803453d967a2a7659d7dab1f90333ce102446f8fc','{"server_seq":3,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','b1704ea2df923839a25a0b3cea764373',4,X'b68ff690778aa8e99d4f5aa09e54b363f99eda330226a6a4144e75384dd98c4e','{"server_seq":4,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','b1704ea2df923839a25a0b3cea764373',5,X'808e308f640aa2d00fb4a50669eba5e90a40dba8657ad9923f6a37d3d9faac32','{"server_seq":5,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','b1704ea2df923839a25a0b3cea764373',6,X'6954ca0c1beebdef96b74026bc7437a48cc79eebbbb2480ffef7a5d789251cfc','{"server_seq":6,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','b1704ea2df923839a25a0b3cea764373',7,X'65d5743004eaa32cbeefdd5210a848658d4e3881ad9c10a7439935ff326dc569','{"server_seq":1,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','b1704ea2df923839a25a0b3cea764373',8,X'767c1026f000536e533182283170db120380b568f65a96084e18014e347e68e6','{"server_seq":2,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','b1704ea2df923839a25a0b3cea764373',9,X'17138cf9da9567c7c67b43252155d3e964cbc6c3f3c359710ec205b8bb7fb0e8','{"server_seq":3,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','b1704ea2df923839a25a0b3cea764373',10,X'8dd4fbd353d9a4913cf26305c09aee7d5a7430ad87a90a6291f768fa6fd846d1','{"server_seq":4,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','b1704ea2df923839a25a0b3cea764373',11,X'c9f392765e8f6402ad6519df0f7d8e0aa79abad9460251948a251477b4e367b9','{"server_seq":5,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','b1704ea2df923839a25a0b3cea764373',12,X'65fa196ff43c3d37e823926db55037b9319f9089e3e57cc4b47ff1a6e439d1fe','{"server_seq":6,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','b1704ea2df923839a25a0b3cea764373',13,X'6f8d680e6867a7b56c0280baaf3c650bacf038b5ad7b2deafd6df5a2a095d0ab','{"server_seq":1,"verdict":"applied"}');
INSERT INTO receipt VALUES('server','b1704ea2df923839a25a0b3cea764373',14,X'cc05be1f0f4ee2881e10cae61a842088dfebe0ad1f9b21c3f9be60e153bc261a','{"server_seq":2,"verdict":"applied"}');
CREATE TABLE refused (
    device TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    seq INTEGER NOT NULL,
    digest BLOB NOT NULL,
    author TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    raw TEXT NOT NULL,
    verdict TEXT NOT NULL,
    PRIMARY KEY (device, incarnation, seq, digest)
) STRICT, WITHOUT ROWID;
INSERT INTO refused VALUES('d3','i1',1,X'673a1b99062df382d32568dd09861feccad19f232f6d0867e2b7fdc41e330608','huyenuy',1795507088726,'{"at_ms":1584086395001,"author":"huyenuy","base":{"epoch":1,"seq":0},"change":{"set":"T-15"},"device":"d3","field":"due","incarnation":"i1","kind":"propaganda_task","record":"R01","scope":"AL-HONG-THUONG","seq":1}','{"code":"forbidden","verdict":"rejected"}');
INSERT INTO refused VALUES('d4','i1',1,X'2dde317c458dc1f2f016f186e3d574065508c86f70a12f88bf5a5adb1ad522fd','tuyengiao',1795507088730,'{"rubbish":["\u0000",-1e+300,{"x":[[[]]]}],"seq":1}','{"code":"malformed","verdict":"rejected"}');
INSERT INTO refused VALUES('d4','i1',2,X'28db2e343e04fe1ad2c18ca271bd8e4c32d7f142ce8a3664e265e7c5935e1f85','tuyengiao',1795507088730,'{"at_ms":1584086395002,"author":"tuyengiao","base":{"epoch":1,"seq":0},"change":{"photograph":{"sha256":"ab"}},"device":"d4","field":"done","incarnation":"i1","kind":"propaganda_task","record":"R01","scope":"AL-HONG-THUONG","seq":2}','{"verdict":"needs_upgrade"}');
INSERT INTO refused VALUES('d4','i1',3,X'8afbf8fddfeb0dc44b9c7e63ea99675bef3f1307f7aeb2010ba5d146f6fd1812','tuyengiao',1795507088730,'{"at_ms":1584086395003,"author":"tuyengiao","base":{"epoch":1,"seq":0},"change":{"set":true},"device":"d4","field":"done","incarnation":"i1","kind":"kind_of_next_year","record":"R01","scope":"AL-HONG-THUONG","seq":3}','{"verdict":"needs_upgrade"}');
INSERT INTO refused VALUES('d4','i1',4,X'f193b6642abd84d50e22e42bd5e99e89906252add47ea99a00e1a88d3f7a5895','tuyengiao',1795507088730,'{"at_ms":1584086395004,"author":"tuyengiao","base":{"epoch":1,"seq":0},"change":{"set":"not a yes or no"},"device":"d4","field":"done","incarnation":"i1","kind":"propaganda_task","record":"R01","scope":"AL-HONG-THUONG","seq":4}','{"code":"bad_value","verdict":"rejected"}');
INSERT INTO refused VALUES('d4','i1',5,X'413b6da6f8ca584199f08e2b3c27b8b0f8cc8f7f39b17ccb4b9b415518e767cb','tuyengiao',1795507088730,'{"at_ms":1584086395005,"author":"bithu","base":{"epoch":1,"seq":0},"change":{"set":true},"device":"d4","field":"done","incarnation":"i1","kind":"propaganda_task","record":"R01","scope":"AL-HONG-THUONG","seq":5}','{"code":"wrong_author","verdict":"quarantined"}');
INSERT INTO refused VALUES('d4','i1',6,X'dc2ea736e5f25fe600ab64b1f17fb26f371cf5e20c6cf1fa9a55a6262490ebd7','tuyengiao',1795507088730,'{"at_ms":1584086395006,"author":"tuyengiao","base":{"epoch":1,"seq":0},"change":{"set":true},"device":"d4","field":"done","incarnation":"i1","kind":"propaganda_task","record":"R99","scope":"AL-HONG-THUONG","seq":6}','{"code":"unknown_field","verdict":"rejected"}');
INSERT INTO refused VALUES('d4','i1',7,X'18b06cbce7eeb16af8c4ee91c11ceeebc0af292b6a9b767fdab4523efb523940','tuyengiao',1795507088730,'{"at_ms":1584086395007,"author":"tuyengiao","base":{"epoch":1,"seq":0},"change":{"set":true},"device":"d4","field":"done","incarnation":"i1","kind":"propaganda_task","record":"R01","scope":"KHONG-CO","seq":7}','{"code":"unknown_scope","verdict":"rejected"}');
INSERT INTO refused VALUES('d4','i1',8,X'352de2502a7bc473cf1ad7de297ee4423eeed9297074d087626be071f557d327','tuyengiao',1795507088730,'{"at_ms":1584086395008,"author":"tuyengiao","base":{"epoch":1,"seq":0},"change":{"retract":{"device":"x","incarnation":"y","seq":1}},"device":"d4","field":"note","incarnation":"i1","kind":"propaganda_task","record":"R01","scope":"AL-HONG-THUONG","seq":8}','{"code":"unknown_target","verdict":"rejected"}');
INSERT INTO refused VALUES('d4','i1',9,X'3013da26347be1bbdd65a4bfc4c49d6b866ea53a3f7ec4a08abf9dc5fa63ce78','tuyengiao',1795507088730,'{"at_ms":1584086395009,"author":"tuyengiao","base":{"epoch":1,"seq":0},"change":{"set":"T-3"},"device":"d4","field":"due","incarnation":"i1","kind":"propaganda_task","record":"R01","scope":"AL-HONG-THUONG","seq":9}','{"code":"forbidden","verdict":"rejected"}');
INSERT INTO refused VALUES('d4','i1',10,X'df993d75c25391ed3f904422b000f7e21ed50cb28d28e0fce8bb7db015ec0ab8','tuyengiao',1795507088733,'{"at_ms":1584086395010,"author":"tuyengiao","base":{"epoch":1,"seq":0},"change":{"set":false},"device":"d4","field":"step.1","incarnation":"i1","kind":"propaganda_task","record":"R01","scope":"AL-HONG-THUONG","seq":10}','{"code":"fork","verdict":"quarantined"}');
INSERT INTO refused VALUES('d4','i1',10,X'e6658b80a17d0ddc89fd0e5d2021fa35270f94548dafc104484f32ea95cdf054','tuyengiao',1795507088735,'{"at_ms":1584086395010,"author":"tuyengiao","base":{"epoch":1,"seq":0},"change":{"set":false},"device":"d4","field":"step.9","incarnation":"i1","kind":"propaganda_task","record":"R01","scope":"AL-HONG-THUONG","seq":10}','{"code":"fork","verdict":"quarantined"}');
INSERT INTO refused VALUES('d5','i1',-3,X'0cc3f2959c5df22724c980e3d8231ff1377bdea13d7b0032a6972e437e7ccc1a','bithu',1795507088751,'{"at_ms":1584086394997,"author":"bithu","base":{"epoch":1,"seq":0},"change":{"set":"no"},"device":"d5","field":"step.4","incarnation":"i1","kind":"propaganda_task","record":"R01","scope":"AL-HONG-THUONG","seq":18446744073709551613}','{"code":"bad_value","verdict":"rejected"}');
CREATE TABLE register (
    scope TEXT NOT NULL REFERENCES scope (key),
    kind TEXT NOT NULL,
    record TEXT NOT NULL,
    field TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (scope, kind, record, field)
) STRICT, WITHOUT ROWID;
INSERT INTO register VALUES('AL-A-NGO','checklist_task','B01','plan',1,'{"version":1,"heads":[{"value":{"due":"T","owed_by":"huyện","phase":"before","title":"Việc B01"},"by":[{"op":{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":1},"author":"import","at_ms":1000,"seq":1}]}]}');
INSERT INTO register VALUES('AL-A-NGO','checklist_task','B16','plan',2,'{"version":2,"heads":[{"value":{"due":"T","phase":"before","title":"Việc B16"},"by":[{"op":{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":2},"author":"import","at_ms":1000,"seq":2}]}]}');
INSERT INTO register VALUES('AL-A-NGO','congress','congress','opening',7,'{"version":7,"heads":[{"value":"2020-02-21","by":[{"op":{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":3},"author":"import","at_ms":1000,"seq":3}]},{"value":"2020-02-28","by":[{"op":{"device":"d3","incarnation":"i1","seq":2},"author":"huyenuy","at_ms":1795507083728,"seq":7}]}]}');
INSERT INTO register VALUES('AL-A-NGO','congress','congress','plan',4,'{"version":4,"heads":[{"value":{},"by":[{"op":{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":4},"author":"import","at_ms":1000,"seq":4}]}]}');
INSERT INTO register VALUES('AL-A-NGO','propaganda_task','R01','plan',5,'{"version":5,"heads":[{"value":{"due":"T","phase":"before","title":"Việc R01"},"by":[{"op":{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":5},"author":"import","at_ms":1000,"seq":5}]}]}');
INSERT INTO register VALUES('AL-A-NGO','unit','AL-A-NGO','plan',6,'{"version":6,"heads":[{"value":{"congress_kind":"đại trà","kind":"xã","name":"A Ngo","parent":"TTH-ALUOI"},"by":[{"op":{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":6},"author":"import","at_ms":1000,"seq":6}]}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','checklist_task','B01','plan',1,'{"version":1,"heads":[{"value":{"due":"T","owed_by":"huyện","phase":"before","title":"Việc B01"},"by":[{"op":{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":7},"author":"import","at_ms":1000,"seq":1}]}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','checklist_task','B16','plan',2,'{"version":2,"heads":[{"value":{"due":"T","phase":"before","title":"Việc B16"},"by":[{"op":{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":8},"author":"import","at_ms":1000,"seq":2}]}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','congress','congress','opening',3,'{"version":3,"heads":[{"value":"2020-02-21","by":[{"op":{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":9},"author":"import","at_ms":1000,"seq":3}]}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','congress','congress','plan',4,'{"version":4,"heads":[{"value":{},"by":[{"op":{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":10},"author":"import","at_ms":1000,"seq":4}]}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','person','bithu','plan',7,'{"version":7,"heads":[{"value":{"name":"Bí thư Hồng Thượng","role":"unit_secretary"},"by":[{"op":{"device":"server","incarnation":"31c2ec59f40fe198dc78d389f34dee48","seq":1},"author":"server","at_ms":1000,"seq":7}]}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','person','tuyengiao','plan',8,'{"version":8,"heads":[{"value":{"name":"Tuyên giáo Hồng Thượng","role":"propaganda_member"},"by":[{"op":{"device":"server","incarnation":"31c2ec59f40fe198dc78d389f34dee48","seq":2},"author":"server","at_ms":1000,"seq":8}]}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','propaganda_task','R01','date',18,'{"version":18,"heads":[{"value":"2020-03-13","by":[{"op":{"device":"d2","incarnation":"i1","seq":3},"author":"bithu","at_ms":1795507088723,"seq":18}]}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','propaganda_task','R01','done',17,'{"version":17,"heads":[{"value":true,"by":[{"op":{"device":"máy \"1\"","incarnation":"i1","seq":1},"author":"tuyengiao","at_ms":1795507083717,"seq":9},{"op":{"device":"d2","incarnation":"i1","seq":2},"author":"bithu","at_ms":1795507088723,"seq":17}]}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','propaganda_task','R01','note',13,'{"version":13,"entries":[{"value":"Đã treo 12 băng rôn ở ủy ban xã\nvà \"ngã ba\"","by":{"op":{"device":"máy \"1\"","incarnation":"i1","seq":3},"author":"tuyengiao","at_ms":1795507083719,"seq":11}},{"value":"Ghi nhầm","by":{"op":{"device":"máy \"1\"","incarnation":"i1","seq":4},"author":"tuyengiao","at_ms":1795507083720,"seq":12},"retracted":{"op":{"device":"máy \"1\"","incarnation":"i1","seq":5},"author":"tuyengiao","at_ms":1795507083721,"seq":13}}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','propaganda_task','R01','number',15,'{"version":15,"heads":[{"value":null,"by":[{"op":{"device":"máy \"1\"","incarnation":"i1","seq":7},"author":"tuyengiao","at_ms":1795507083723,"seq":15}]}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','propaganda_task','R01','plan',5,'{"version":5,"heads":[{"value":{"due":"T","phase":"before","title":"Việc R01"},"by":[{"op":{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":11},"author":"import","at_ms":1000,"seq":5}]}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','propaganda_task','R01','planned',29,'{"version":29,"heads":[{"value":2,"by":[{"op":{"device":"c5","incarnation":"i1","seq":2},"author":"bithu","at_ms":211420688749,"seq":29}]}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','propaganda_task','R01','quantity',31,'{"version":31,"heads":[{"value":7,"by":[{"op":{"device":"d2","incarnation":"i1","seq":4},"author":"bithu","at_ms":1795507083760,"seq":31}]}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','propaganda_task','R01','step.1',19,'{"version":19,"heads":[{"value":true,"by":[{"op":{"device":"d4","incarnation":"i1","seq":10},"author":"tuyengiao","at_ms":1795507083740,"seq":19}]}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','propaganda_task','R01','step.3',30,'{"version":30,"heads":[{"value":true,"by":[{"op":{"device":"d5","incarnation":"i1","seq":18446744073709551612},"author":"bithu","at_ms":1795507083747,"seq":30}]}]}');
INSERT INTO register VALUES('AL-HONG-THUONG','unit','AL-HONG-THUONG','plan',6,'{"version":6,"heads":[{"value":{"congress_kind":"đại trà","kind":"xã","name":"Hồng Thượng","parent":"TTH-ALUOI"},"by":[{"op":{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":12},"author":"import","at_ms":1000,"seq":6}]}]}');
INSERT INTO register VALUES('TTH-ALUOI','person','huyenuy','plan',3,'{"version":3,"heads":[{"value":{"name":"Văn phòng Huyện ủy","role":"superior_lead"},"by":[{"op":{"device":"server","incarnation":"31c2ec59f40fe198dc78d389f34dee48","seq":3},"author":"server","at_ms":1000,"seq":3}]}]}');
INSERT INTO register VALUES('TTH-ALUOI','role','quyen-tt','plan',1,'{"version":1,"heads":[{"value":{"identifier":"propaganda_member","name":"Cán bộ tuyên truyền"},"by":[{"op":{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":13},"author":"import","at_ms":1000,"seq":1}]}]}');
INSERT INTO register VALUES('TTH-ALUOI','unit','TTH-ALUOI','plan',2,'{"version":2,"heads":[{"value":{"kind":"huyện","name":"A Lưới"},"by":[{"op":{"device":"server","incarnation":"b1704ea2df923839a25a0b3cea764373","seq":14},"author":"import","at_ms":1000,"seq":2}]}]}');
CREATE TABLE user (
    name TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO user VALUES('bithu','Bí thư Hồng Thượng','$argon2id$v=19$m=19456,t=2,p=1$LSeMcnykrELMiqUaX+PCcA$+fpiOXSWNDJpzjHht9TNnOifD0eKZ0wHIV5GO76yC48',1000);
INSERT INTO user VALUES('huyenuy','Văn phòng Huyện ủy','$argon2id$v=19$m=19456,t=2,p=1$lJMq4i8/MJ/Qe8cxHVGnkA$M3+CnNHKTOa7MvDLlVN8wuMDdXXg8U1RSsH80Sro+/o',1000);
INSERT INTO user VALUES('tuyengiao','Tuyên giáo Hồng Thượng','$argon2id$v=19$m=19456,t=2,p=1$MGtn1halFCsND+E9cIzhjg$4n9SE5q1EpTCZPxNkRwoc6SlpSi9SBvrDLe1LBJ7zF4',1000);
CREATE TABLE grant_of (
    user TEXT NOT NULL REFERENCES user (name),
    unit TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (user, unit, role)
) STRICT, WITHOUT ROWID;
INSERT INTO grant_of VALUES('bithu','AL-HONG-THUONG','unit_secretary');
INSERT INTO grant_of VALUES('tuyengiao','AL-HONG-THUONG','propaganda_member');
INSERT INTO grant_of VALUES('huyenuy','TTH-ALUOI','superior_lead');
CREATE TABLE session (
    token_sha256 BLOB PRIMARY KEY,
    user TEXT NOT NULL REFERENCES user (name),
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO session VALUES(X'0276214add721fa265dcbf93543bda9364a43c6671b281bccca3583fb8c2e487','bithu',1795507088676,1798099088676);
INSERT INTO session VALUES(X'33d368b7fe9c9aed304610ba4b202a3bce2842e4efe060d20bd547e6c951f634','huyenuy',1795507088700,1798099088700);
INSERT INTO session VALUES(X'a59c6ca09ec605826421048fd82a06497a748936440e5f0db4aee73cf8ceeb63','tuyengiao',1795507088651,1798099088651);
CREATE TABLE device (
    device TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    user TEXT NOT NULL,
    high INTEGER,
    last_contact_ms INTEGER NOT NULL,
    unsent_reported INTEGER NOT NULL,
    clock_skew_ms INTEGER NOT NULL,
    app TEXT NOT NULL,
    PRIMARY KEY (device, incarnation)
) STRICT, WITHOUT ROWID;
INSERT INTO device VALUES('c1','i1','bithu',2,1795507088738,2,-9223372036854775808,'2020.3.13');
INSERT INTO device VALUES('c2','i1','bithu',2,1795507088740,2,-9223372036854775808,'2020.3.13');
INSERT INTO device VALUES('c3','i1','bithu',2,1795507088743,2,9223370241347687064,'2020.3.13');
INSERT INTO device VALUES('c4','i1','bithu',2,1795507088746,2,9223370241347687061,'2020.3.13');
INSERT INTO device VALUES('c5','i1','bithu',2,1795507088748,2,-211420688748,'2020.3.13');
INSERT INTO device VALUES('d2','i1','bithu',4,1795507088756,2,-211420688756,'2020.3.13');
INSERT INTO device VALUES('d3','i1','huyenuy',2,1795507088726,2,-211420688726,'2020.3.13');
INSERT INTO device VALUES('d4','i1','tuyengiao',10,1795507088735,2,-211420688735,'2020.3.13');
INSERT INTO device VALUES('d5','i1','bithu',-3,1795507088751,2,-211420688751,'2020.3.13');
INSERT INTO device VALUES('d6','i1','bithu',NULL,1795507088753,2,-211420688753,'2020.3.13');
INSERT INTO device VALUES('máy "1"','i1','tuyengiao',7,1795507088720,2,-211420688715,'2020.3.13');
INSERT INTO device VALUES('server','31c2ec59f40fe198dc78d389f34dee48','server',3,1000,0,0,'0.1.0');
INSERT INTO device VALUES('server','b1704ea2df923839a25a0b3cea764373','import',14,1000,0,0,'0.1.0');
CREATE INDEX register_plan ON register (scope, kind, record) WHERE field = 'plan';
CREATE INDEX grant_by_unit ON grant_of (unit);
CREATE INDEX session_by_end ON session (expires_ms);
CREATE INDEX device_by_user ON device (user);
COMMIT;
