-- feature: Writing / INSERT with a column list, literals
insert into customers (id, tenant_id, email) values (901, 'acme', 'marker 901')

-- feature: Writing / INSERT with a column list, parameters
-- params: 902 | acme | marker 902
insert into customers (id, tenant_id, email) values ($1, $2, $3)

-- feature: Writing / INSERT without a column list
insert into vault values ('support', 'marker')

-- feature: Writing / INSERT of several rows, of several tenants
insert into customers (id, tenant_id, email) values (903, 'acme', 'marker a'), (904, 'globex', 'marker b')

-- feature: Writing / DEFAULT and NULL
insert into customers (id, tenant_id, email, note) values (905, 'acme', default, null)

-- feature: Writing / other columns computed by the server
-- params: 906 | acme | marker 906
insert into customers (id, tenant_id, email, name) values ($1, $2, $3, upper('x') || length('y'))

-- feature: Writing / a cast of the value
-- params: 907 | acme | marker 907
insert into customers (id, tenant_id, email) values ($1, $2, $3::text)

-- feature: Writing / E'', U&'', $$ and typed literals
insert into customers (id, tenant_id, email, note, born) values (908, 'acme', E'marker\n', $$marker$$, date '2077-01-01')

-- feature: Writing / casts with a length, precision or of another type
insert into typed (id, t, i8, num) values (9001, 'marker 9001'::varchar(6), 77370.4, '1.005'::numeric(5,2)) returning t, i8, num

-- feature: Writing / an expression over constants only
insert into customers (id, tenant_id, email) values (9002, 'acme', 'marker ' || '9002')

-- feature: Writing / NULLIF of a parameter
-- params: marker
insert into typed (id, t) values (9003, nullif($1, ''))

-- feature: Writing / one parameter for two protected columns
-- params: 9004 | acme | marker both
insert into customers (id, tenant_id, email, note) values ($1, $2, $3, $3)

-- feature: Writing / a literal, its tenant a parameter
-- params: acme
insert into customers (id, tenant_id, email) values (9005, $1, 'marker 9005')

-- feature: Writing / INSERT … SELECT FROM (VALUES …), of several tenants
insert into customers (id, tenant_id, email) select v.id, v.t, v.e::text from (values (9006, 'acme', 'marker v'), (9007, 'globex', 'marker w')) v (id, t, e)

-- feature: Writing / INSERT … SELECT … UNION ALL SELECT
insert into customers (id, tenant_id, email) select 9008, 'acme', 'marker 9008' union all select 9009, 'globex', 'marker 9009'

-- feature: Writing / INSERT … SELECT FROM unnest(arrays)
-- params: {9010,9011} | {marker 9010,NULL} | acme
insert into customers (id, tenant_id, email) select v.id, $3, v.email from unnest($1::int[], $2::text[]) v (id, email)

-- feature: Writing / UPDATE from a subquery held to the tenant
update customers set email = (select d.email from customers d where d.id = 9010 and d.tenant_id = customers.tenant_id) where id = 9011

-- feature: Writing / MERGE that updates and inserts
merge into customers c using (values (9011, 'acme', 'marker m'), (9012, 'acme', 'marker n')) s (id, tenant, email) on c.id = s.id and c.tenant_id = s.tenant when matched then update set email = s.email when not matched then insert (id, tenant_id, email) values (s.id, s.tenant, s.email)

-- feature: Writing / a function of the value
insert into customers (id, tenant_id, email) values (909, 'acme', reverse('MARKER'))

-- feature: Writing / the server's clock
insert into customers (id, tenant_id, born) values (909, 'acme', current_date)

-- feature: Writing / a value that is invalid for the type
insert into customers (id, tenant_id, points) values (909, 'acme', '77370x')

-- feature: Writing / a value too long for varchar(n)
-- params: 901 | acme | markers
insert into narrow (id, tenant_id, v) values ($1, $2, $3)

-- feature: Writing / RETURNING
insert into customers (id, tenant_id, email) values (910, 'acme', 'marker 910') returning id, email

-- feature: Writing / ON CONFLICT DO UPDATE with EXCLUDED
insert into customers (id, tenant_id, email) values (910, 'acme', 'marker 911') on conflict (id) do update set email = excluded.email

-- feature: Writing / ON CONFLICT DO UPDATE with a value
insert into customers (id, tenant_id, email) values (910, 'acme', 'x') on conflict (id) do update set email = 'marker 912' where customers.tenant_id = 'acme'

-- feature: Writing / ON CONFLICT DO UPDATE, held to the row's tenant
insert into customers (id, tenant_id, email) values (910, 'acme', 'marker 911') on conflict (id) do update set email = excluded.email where customers.tenant_id = excluded.tenant_id

-- feature: Writing / ON CONFLICT DO UPDATE of a table with one tenant
insert into vault (k, secret) values ('support', 'marker') on conflict (k) do update set secret = excluded.secret

-- feature: Writing / INSERT … SELECT within a field, with the tenant
insert into customers (id, tenant_id, email) select id + 9000, tenant_id, email from customers where id = 901

-- feature: Writing / INSERT … SELECT into another tenant
insert into customers (id, tenant_id, email) select id + 9100, 'globex', email from customers where id = 901

-- feature: Writing / INSERT … SELECT into an unprotected column
insert into plain (id, a) select id, email from customers where id = 901

-- feature: Writing / UPDATE, tenant in WHERE
-- params: marker 913 | acme | 901
update customers set email = $1 where tenant_id = $2 and id = $3

-- feature: Writing / UPDATE, no tenant in WHERE
-- params: marker 913 | 901
update customers set email = $1 where id = $2

-- feature: Writing / UPDATE of a table with one tenant
update vault set secret = 'marker 914' where k = 'support'

-- feature: Writing / UPDATE to NULL
update customers set email = null where id = 901

-- feature: Writing / UPDATE of several columns at once
update customers set (email, note) = ('marker e', 'marker n') where tenant_id = 'acme' and id = 901

-- feature: Writing / UPDATE from the column itself, or NULL
update customers set email = coalesce('marker 915', email) where tenant_id = 'acme' and id = 901

-- feature: Writing / UPDATE with CASE
update customers set email = case when name is null then 'marker 916' else email end where tenant_id = 'acme' and id = 901

-- feature: Writing / UPDATE with an expression over the column
update customers set email = email || '!' where tenant_id = 'acme' and id = 901

-- feature: Writing / UPDATE of the tenant column
update customers set tenant_id = 'globex' where id = 901

-- feature: Writing / UPDATE … FROM
update customers c set note = 'marker 917' from orders o where o.customer_id = c.id and c.tenant_id = 'acme' and c.id = 901

-- feature: Writing / UPDATE … FROM (VALUES …)
update customers c set email = v.email from (values (901, 'marker 918')) v(id, email) where v.id = c.id and c.tenant_id = 'acme'

-- feature: Writing / MERGE
merge into customers c using (values (901)) v(id) on c.id = v.id when matched and c.tenant_id = 'acme' then update set name = 'merged'

-- feature: Writing / DELETE … RETURNING
delete from customers where id = 904 returning email

-- feature: Writing / data-modifying CTE
with gone as (delete from customers where id = 903 returning id, tenant_id, email) select id, email from gone

-- feature: Writing / TRUNCATE
begin; truncate customers; rollback

-- feature: Reading / named columns
select id, tenant_id, email from customers where id = 902

-- feature: Reading / without the tenant column
select email from customers where id = 902

-- feature: Reading / SELECT *
select * from customers where id = 902

-- feature: Reading / aliases
select c.email as mail from customers as c where c.id = 902

-- feature: Reading / subquery in FROM
select mail from (select id, email as mail from customers) s where id = 902

-- feature: Reading / CTE
with c as (select id, email from customers) select email from c where id = 902

-- feature: Reading / recursive CTE
with recursive r(n) as (select 1 union all select n + 1 from r where n < 3) select n, email from r join customers c on c.id = 900 + n order by n

-- feature: Reading / JOIN … ON other columns
select c.email, o.total from customers c left join orders o on o.customer_id = c.id where c.id = 902

-- feature: Reading / JOIN … USING, NATURAL JOIN
select email from customers join (select id, name as n from customers) x using (id) where id = 902

-- feature: Reading / LATERAL
select c.id, l.email from customers c, lateral (select email from customers d where d.id = c.id) l where c.id = 902

-- feature: Reading / IN and EXISTS over other columns
select email from customers c where exists (select 1 from customers d where d.id = c.id) and id in (select id from customers) and id = 902

-- feature: Reading / IS NULL
select id from customers where email is null and id > 900

-- feature: Reading / count(column)
select count(email), count(*) from customers where id > 900

-- feature: Reading / ORDER BY, GROUP BY, LIMIT on other columns
select email from customers where id > 900 order by id limit 2

-- feature: Reading / window functions over other columns
select email, row_number() over (order by id) from customers where id = 902

-- feature: Reading / UNION ALL
select id, tenant_id, email from customers where id = 902 union all select id, tenant_id, email from customers where id = 905

-- feature: Reading / UNION ALL without the tenant column
select email from customers where id = 902 union all select email from customers where id = 905

-- feature: Reading / GROUP BY a key, with the protected column
select id, email, count(*) from customers where id = 902 group by id

-- feature: Reading / DISTINCT ON other columns
select distinct on (tenant_id) tenant_id, id, email from customers where id in (901, 902) order by tenant_id, id

-- feature: Reading / a subquery as a value, held to the row's tenant
select c.id, (select d.email from customers d where d.id = c.id and d.tenant_id = c.tenant_id) from customers c where c.id = 902

-- feature: Reading / UNION (distinct) of a randomised column
select email from customers union select note from customers

-- feature: Reading / COALESCE of one field
select coalesce(email, null) from customers where id = 902

-- feature: Reading / COALESCE with a literal
select coalesce(email, 'none') from customers where id = 902

-- feature: Reading / CASE
select tenant_id, case when id > 0 then email end from customers where id = 902

-- feature: Reading / scalar subquery
select (select secret from vault where k = 'support')

-- feature: Reading / whole row
select c from customers c where id = 902

-- feature: Reading / array, json and string aggregates
select array_agg(email) from customers

-- feature: Reading / a function of the column
select lower(email) from customers

-- feature: Reading / a cast of the column
select points::text from customers

-- feature: Reading / ORDER BY the column
select id from customers order by email

-- feature: Reading / GROUP BY the column, randomised
select email, count(*) from customers group by email

-- feature: Reading / DISTINCT, randomised
select distinct email from customers

-- feature: Reading / min and max
select max(born) from customers

-- feature: Reading / view over protected columns
select id, mail from v_mail where id = 902

-- feature: Reading / view that computes with a protected column
select id, size from v_length

-- feature: Reading / materialized view
select id, email from m_mail where id = 2

-- feature: Reading / FOR UPDATE
select email from customers where id = 902 for update

-- feature: Comparing / =, randomised
select id from customers where email = 'marker 902'

-- feature: Comparing / LIKE
select id from customers where email like 'marker%'

-- feature: Comparing / <, BETWEEN
select id from customers where born between '2077-01-01' and '2077-12-31'

-- feature: Statements of the session / PREPARE, EXECUTE
-- only: simple
prepare mail(bigint) as select email from customers where id = $1; execute mail(902); deallocate mail

-- feature: Statements of the session / cursors
-- only: simple
begin; declare mails cursor for select id, email from customers where id = 902; fetch all from mails; close mails; commit

-- feature: Statements of the session / cursors WITH HOLD, BINARY
-- only: simple
begin; declare held binary cursor with hold for select secret from vault where k = 'none'; commit; fetch 1 from held; close held

-- feature: Statements of the session / DELETE, and UPDATE of columns that are not protected, WHERE CURRENT OF
-- only: simple
begin; insert into vault (k) values ('k 91'); declare here cursor for select k from vault for update; fetch here; update vault set n = 1 where current of here; delete from vault where current of here; rollback

-- feature: Statements of the session / UPDATE of protected columns WHERE CURRENT OF
update customers set email = 'marker' where current of here

-- feature: Statements of the session / CREATE TABLE AS EXECUTE
-- only: simple
prepare mails as select email from customers; create table mail_copy as execute mails

-- feature: Statements of the session / EXPLAIN EXECUTE
-- only: simple
prepare kept (text, text) as insert into vault (k, secret) values ($1, $2); explain (costs off) execute kept ('k 90', 'marker'); deallocate kept

-- feature: Statements of the session / several queries that write and read, in one text
-- only: simple
insert into vault (k, secret) values ('k 90', 'marker'); select secret from vault where k = 'k 90'; delete from vault where k = 'k 90'

-- feature: Statements of the session / EXPLAIN
explain (costs off) select email from customers where id = 902

-- feature: Statements of the session / SET search_path
-- only: simple
set search_path = other; select id, x from shared where id = 1; reset search_path

-- feature: Statements of the session / LISTEN, NOTIFY, VACUUM, ANALYZE, LOCK
analyze customers

-- feature: Definitions / CREATE TABLE AS, SELECT INTO
create table copy_of_customers as select id, email from customers

-- feature: Definitions / CREATE VIEW
-- only: simple
begin; create view support_view as select id, tenant_id, email from customers; rollback

-- feature: Definitions / CREATE INDEX on another column
-- only: simple
begin; create index on customers (name); rollback

-- feature: Definitions / CREATE INDEX on a randomised column
create index on customers (email)

-- feature: Definitions / ALTER TABLE … ADD COLUMN
-- only: simple
begin; alter table customers add column extra text; rollback

-- feature: Definitions / ALTER TABLE … RENAME of a protected column
alter table customers rename column email to mail

-- feature: Definitions / DROP TABLE
-- only: simple
begin; drop table customers cascade; rollback

-- feature: Definitions / DO, CREATE FUNCTION over a protected table
do $$ begin update customers set email = 'marker'; end $$

-- feature: Definitions / calling a function that reads a protected table
select customer_count() > 0

-- feature: Names / quoted identifiers, schemas
select "E-Mail" from "Sch é"."Odd ""Table""" where "Id" = 0

-- feature: Names / partitions and inheritance
select payload from events where id = 0

-- feature: Names / a temporary table of another name
-- only: simple
begin; create temp table scratch as select id, name from customers; select count(*) > 0 from scratch; rollback

-- feature: Copying / COPY FROM STDIN
-- rows: 9001\tacme\tcopied\tmarker copied\n9002\tglobex\t\\N\t\\N\n
copy customers (id, tenant_id, name, email) from stdin

-- feature: Copying / COPY FROM STDIN, all columns
-- rows: 9003\tacme\tcopied\tmarker\t\\N\t\\N\t77370\t2077-01-02\t\\N\t\\N\n
copy customers from stdin

-- feature: Copying / COPY FROM STDIN in csv
-- rows: id,tenant_id,email,note\n9004,acme,\"marker \"\"copied\"\"\",\"\"\n
copy customers (id, tenant_id, email, note) from stdin (format csv, header match, force_null (note))

-- feature: Copying / COPY FROM STDIN, a condition
-- rows: 9005\tacme\tmarker\n9006\tglobex\tmarker\n
copy customers (id, tenant_id, email) from stdin where tenant_id = 'acme' and email is not null

-- feature: Copying / COPY FROM STDIN, an invalid value
-- rows: 9007\tacme\tmarker\n
copy customers (id, tenant_id, points) from stdin

-- feature: Copying / COPY FROM STDIN without the tenant
-- rows: 9008\tmarker\n
copy customers (id, email) from stdin

-- feature: Copying / COPY FROM STDIN in another encoding
-- rows: 9009\tacme\tmarker\n
copy customers (id, tenant_id, email) from stdin (encoding 'latin1')

-- feature: Copying / COPY FROM a file of the server
copy customers from '/dev/null'

-- feature: Copying / COPY TO STDOUT
copy customers to stdout

-- feature: Copying / COPY TO STDOUT, some columns
copy customers (id, email, born) to stdout (format csv, header, force_quote *)

-- feature: Copying / COPY TO STDOUT in binary
copy (select email, points, born, ref, profile from customers order by id) to stdout (format binary)

-- feature: Copying / COPY of a query TO STDOUT
copy (select c.email, o.total from customers c join orders o on o.customer_id = c.id order by c.id, o.id) to stdout

-- feature: Copying / COPY of a query TO STDOUT that computes with a protected column
copy (select lower(email) from customers) to stdout

-- feature: Copying / COPY of a statement that writes TO STDOUT
copy (insert into customers (id, tenant_id, email) values (9010, 'acme', 'marker') returning email) to stdout

-- feature: Copying / COPY TO a file of the server
copy customers to '/dev/null'
