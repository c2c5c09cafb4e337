insert into customers (id, tenant_id, name, email, note) values (1, 'acme', 'Ann', 'ann.marker@example.com', 'a marker note')

insert into customers values (2, 'acme', 'Bob', 'bob.marker@example.com', 'marker', 'marker', 773701, '2077-01-02', 'feedface-0000-0000-0000-000000000002', '{"marker": [2]}')

insert into customers values (3, 'globex', 'Cid')

insert into customers (id, tenant_id, email) values (4, 'globex', 'marker4'), (5, 'acme', NULL), (6, 'globex', DEFAULT)

insert into public.customers as c (tenant_id, id, email) values ('acme', 7, 'marker''s "quoted" \ 🔑') returning c.id, c.email

insert into customers as c values (8, 'acme', 'Hal', E'marker\ttab\\', $$marker $x$ dollar$$) returning *

INSERT INTO CUSTOMERS (ID, TENANT_ID, EMAIL) VALUES (9, 'acme', U&'marker \00e9' ) RETURNING EMAIL

insert into "customers" ("id", "tenant_id", "email") values ((10), ('acme'), (('marker10'))) returning "email" as "E"

insert/* a comment */into customers /* 'x' */ (id, tenant_id, -- email
	email) values (11, 'acme', /* it's */ 'marker' /* ; /* nested */ ' */) returning id

insert into customers (id, tenant_id, points) values (12, 'acme', 773702), (13, 'acme', -773703), (14, 'acme', '773704'), (15, 'acme', +0) returning id, points

insert into customers (id, tenant_id, points) values (12012, 'acme', - 773702) returning id, points

insert into customers (id, tenant_id, born) values (16, 'acme', '2077-02-03'::date), (17, 'acme', date '2077-02-04'), (18, 'acme', cast('2077-02-05' as date)) returning id, born

insert into customers (id, tenant_id, email, ref) values (19, 'acme', 'marker'::text, 'FEEDFACE-0000-0000-0000-00000000000A'::uuid), (20, 'acme', text 'marker', '{feedface000000000000000000000020}') returning email, ref

insert into customers (id, tenant_id, email) values (21, 'acme', ('marker21'::varchar)::text), (22, 'acme', cast(('marker22') as pg_catalog.text)), (23, 'acme', null::text) returning email

insert into customers (id, tenant_id, profile) values (24, 'acme', '{"marker":   1, "a": null, "marker": 2}'), (25, 'acme', '"marker"'::jsonb), (26, 'acme', 'null') returning id, profile

insert into customers (id, tenant_id, photo) values (27, 'acme', '\x6d61726b6572'), (28, 'acme', 'marker\\'), (29, 'acme', '') returning id, photo

insert into customers (id, tenant_id, email) values (30, 'acme', 'marker' 
	'continued') returning email

-- params: 31 | acme | marker31
insert into customers (id, tenant_id, email) values ($1, $2, $3) returning *

-- params: marker32 | acme | 32
insert into customers (email, tenant_id, id) values ($1, $2, $3) returning email, tenant_id, id

-- params: acme | NULL | NULL
insert into customers (id, tenant_id, email, born) values (33, $1, $2, $3) returning email, born, tenant_id

-- params: acme | marker34 | 2077-03-04 | 773734 | feedface-0000-0000-0000-000000000034 | {"marker": 34}
insert into customers (id, tenant_id, email, born, points, ref, profile) values (34, $1, $2, $3, $4, $5, $6) returning *

-- params: acme | marker35 | 2077-03-05
insert into customers (id, tenant_id, email, born) values (35, $1::text, $2::text, cast($3 as date)) returning email, born

-- params: acme | marker36 | globex | marker37
insert into customers (id, tenant_id, email) values (36, $1, $2), (37, $3, $4) returning id, email

-- params: acme | marker38
insert into customers (id, tenant_id, email, note) values (38, $1, $2, $2) returning email

-- params: acme | marker39
insert into customers (id, tenant_id, email, name) values (39, $1, $2, $2) returning email

-- params: acme
insert into customers (id, tenant_id, email) values (40, $1, $1) returning email

-- params: acme | marker | 2077-99-99
insert into customers (id, tenant_id, email, born) values (41, $1, $2, $3)

-- params: acme | x773700
insert into customers (id, tenant_id, points) values (42, $1, $2)

insert into customers (id, tenant_id, points) values (43, 'acme', '99999999999999999999')

insert into customers (id, tenant_id, born) values (43, 'acme', 'marker')

insert into customers (id, tenant_id, ref) values (43, 'acme', 'marker')

insert into customers (id, tenant_id, profile) values (43, 'acme', '{marker')

insert into customers (id, tenant_id, points) values (43, 'acme', '773700.5')

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker duplicate')

insert into customers (id, email) values (44, 'marker without tenant')

insert into customers (id, tenant_id, email) values (45, lower('ACME'), 'marker')

insert into customers (id, tenant_id, email) values (45, 'acme', lower('MARKER'))

insert into customers (id, tenant_id, email) values (45, 'acme', 'mar' || 'ker')

insert into customers (id, tenant_id, email) values (45, 'acme', (select 'marker'))

insert into customers (id, tenant_id, born) values (45, 'acme', now())

insert into customers (id, tenant_id, born) values (45, 'acme', current_date)

insert into customers (id, tenant_id, email) values (45, 'acme', 'marker'::varchar(3))

insert into customers (id, tenant_id, points) values (46, 'acme', '773746'::int), (47, 'acme', 773747::bigint) returning points

insert into customers (id, tenant_id, points) values (48, 'acme', 773748.0)

insert into customers (id, tenant_id, points) values (48, 'acme', 773748.6::int)

-- known wrong before 16: these servers have no hexadecimal numbers
insert into customers (id, tenant_id, points) values (48, 'acme', 0x773700)

insert into customers (id, tenant_id, email) values (49, 'acme', 773749) returning email

insert into customers (id, tenant_id, email) values (50, 'acme', true) returning email

insert into customers (id, tenant_id, born) values (51, 'acme', 20770101)

insert into customers (id, tenant_id, email, email) values (51, 'acme', 'marker', 'marker')

insert into customers (id, tenant_id, email) values (51, 'acme')

insert into customers (id, tenant_id) values (51, 'acme', 'marker')

insert into customers (id, tenant_id, nothing) values (51, 'acme', 'x')

insert into customers values (51, 'acme', 'n', 'marker', 'marker', 'marker', 773751, '2077-01-01', 'feedface-0000-0000-0000-000000000051', '{}', 'too many')

insert into customers default values

insert into customers (id, tenant_id, name) values (52, 'acme', (select max(name) from orders)) returning name

insert into customers (id, tenant_id, name) select 53, 'acme', 'selected' returning id, name, email

insert into customers (id, tenant_id, email) select 54, 'acme', 'marker54' returning email

-- params: marker55 | acme
insert into customers (id, tenant_id, email) select 55, $2, $1 returning email

insert into customers (id, tenant_id, email) select 56 + g, 'acme', 'marker56' from generate_series(0, 2) g returning id, email

insert into customers (id, tenant_id, email, note) select id + 1000, tenant_id, email, note from customers where id < 3 returning id, email, note

insert into customers select id + 2000, tenant_id, name, email, note, photo, points, born, ref, profile from customers where id = 2 returning *

insert into customers select * from customers where id = -1

insert into customers (id, tenant_id, email) select id + 3000, 'globex', email from customers where id = 1

insert into customers (id, tenant_id, email) select id + 3000, tenant_id, note from customers where id = 1

insert into customers (id, tenant_id, name) select id + 3000, tenant_id, email from customers where id = 1

insert into customers (id, tenant_id, email) select id + 3000, tenant_id, email from customers where id = 1 union all select id + 4000, tenant_id, email from customers where id = 2

insert into customers (id, tenant_id, email) values (60, 'acme', 'marker60') union all values (61, 'acme', 'marker61')

insert into customers (id, tenant_id, email) (values (60, 'acme', 'marker60'))

insert into customers (id, tenant_id, email) values (60, 'acme', 'marker60') order by 1

insert into customers (id, tenant_id, email) with v as (select 1) values (60, 'acme', 'marker60')

with v as (select 61 as id) insert into customers (id, tenant_id, email) select id, 'acme', 'marker61' from v returning *

insert into plain (id, a, b) values (1, 'x', 'customers')

insert into plain (id, a) select id, name from customers where id < 3 returning *

insert into plain (id, a) select id + 100, email from customers where id < 3

insert into orders select id, id, tenant_id, 'o' || id || '@example.com', id * 1.5, name from customers where id < 10

insert into vault values ('a', 'marker a'), ('b', 'marker b') returning *

insert into vault (secret, k) values ('marker c', 'c') returning secret, n

-- params: d | marker d
insert into vault (k, secret) values ($1, $2) returning secret

insert into vault select 'e', 'marker e', 5 returning *

insert into vault select k || k, secret from vault where k = 'a' returning *

insert into diary (entry) values ('marker day 1'), ('marker day 2') returning id, entry, at

-- params: marker day 3
insert into diary (entry) values ($1) returning *

insert into diary values (default, 'marker day 4') returning *

insert into ledger values (1, 1, default, 'marker one') returning *

insert into ledger values (1, 1, 'one') returning *

insert into ledger (id, tenant, twice, memo) values (1, 1, default, 'marker one') returning *

insert into ledger (id, tenant, memo) values (2, 1, 'marker two'), (3, '2', 'marker three'), (4, 2::bigint, 'marker four') returning *

-- params: 5 | 1 | marker five
insert into ledger (id, tenant, memo) values ($1, $2, $3) returning memo

-- params: 6 | 01 | marker six
insert into ledger (id, tenant, memo) values ($1, $2::int, $3) returning memo

insert into ledger (id, tenant, memo) values (7, +1, 'marker') returning memo

insert into ledger (id, tenant, memo) values (7, 1.0, 'marker') returning memo

insert into docs (tenant, body) values ('11111111-1111-1111-1111-111111111111', 'marker body') returning *

insert into docs (tenant, body) values ('{11111111111111111111111111111111}', 'marker body') returning body

insert into docs (tenant, body) overriding user value values ('11111111-1111-1111-1111-111111111111', 'marker body') returning *

insert into docs overriding system value values (100, '11111111-1111-1111-1111-111111111111', 'marker body', 'T') returning *

insert into docs values (100, '11111111-1111-1111-1111-111111111111', 'marker body', 'T') returning *

insert into docs values (default, '11111111-1111-1111-1111-111111111111', 'marker body', default) returning *

insert into docs default values returning *

-- params: 11111111-1111-1111-1111-111111111111 | marker p
insert into docs (tenant, body) values ($1, $2) returning body

insert into codes values (1, 'acme', 773701) returning *

insert into codes values (2, 'globex', 773702) returning pin

-- params: acme | 773703
insert into codes values (3, $1, $2) returning pin, tenant

insert into codes (id, tenant, pin) values (4, 'acme'::varchar(20), 773704) returning pin

insert into codes (id, tenant, pin) values (4, 'acme'::varchar, 773704) returning pin
