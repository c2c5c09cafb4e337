insert into narrow (id, tenant_id, v, num, at, label) values (1, 'acme', 'abcde', 7737.04, '2077-01-02 03:04:05.5', 'marker')

insert into narrow (id, tenant_id, v) values (2, 'acme', 'abcde   ')

-- only: simple
insert into narrow (id, tenant_id, v) values (3, 'acme', 'abcdef')

insert into narrow (id, tenant_id, v) values (3, 'acme', 'äöüßé'), (4, 'acme', ''), (5, 'acme', null)

insert into narrow (id, tenant_id, num) values (6, 'acme', 7737.044), (7, 'acme', -7737.045), (8, 'acme', 9999.994), (9, 'acme', 'NaN')

-- only: simple
insert into narrow (id, tenant_id, num) values (10, 'acme', 9999.995)

-- only: simple
insert into narrow (id, tenant_id, num) values (10, 'acme', 'inf')

-- only: simple
insert into narrow (id, tenant_id, num) values (10, 'acme', 773705)

insert into narrow (id, tenant_id, at) values (11, 'acme', '2077-01-02 23:59:59.7')

insert into narrow (id, tenant_id, tags) values (12, 'acme', '{abc,NULL,"de "}')

-- only: simple
insert into narrow (id, tenant_id, tags) values (13, 'acme', '{abcd}')

-- params: 14 | acme | abcde | 7737.045 | 2077-01-02 03:04:05.49 | {abc} | marker
insert into narrow (id, tenant_id, v, num, at, tags, label) values ($1, $2, $3, $4, $5, $6, $7)

-- params: 15 | acme | abcdef
insert into narrow (id, tenant_id, v) values ($1, $2, $3)

-- params: 15 | acme | 10000
insert into narrow (id, tenant_id, num) values ($1, $2, $3)

-- params: abcdef | 14
update narrow set v = $1 where tenant_id = 'acme' and id = $2

-- params: 1.005 | 14
update narrow set num = $1 where tenant_id = 'acme' and id = $2

select * from narrow order by id

select tenant_id, num, v from narrow where id = 14
