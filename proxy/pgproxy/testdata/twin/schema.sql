-- The tables of both twins. sealed(type) is bytea in the protected twin and the type itself in the other.

create table customers (
	id bigint primary key, tenant_id text not null, name text,
	email sealed(text), note text, photo sealed(bytea), points sealed(int8), born sealed(date), ref sealed(uuid), profile sealed(jsonb),
	unique (tenant_id, id));

create table orders (id int primary key, customer_id bigint, tenant_id text, email text, total numeric(10,2), note text);

create table plain (id int primary key, a text, b text);

-- One tenant for the whole table.
create table vault (k text primary key, secret sealed(text), n int default 7);

-- The tenant is the session's user.
create table diary (id serial primary key, entry sealed(text), at timestamptz default '2020-02-02 00:00Z');

-- Tenants of other types; generated, identity and dropped columns.
create table ledger (gone int, id int primary key, tenant int not null, twice int generated always as (id * 2) stored, memo sealed(text));
alter table ledger drop column gone;
create table docs (id int generated always as identity primary key, tenant uuid, body sealed(text), title text default 'untitled');
create table codes (id int primary key, tenant varchar(20), pin sealed(int8));

-- Every type, for what casts and constants do on the way to a column.
create table typed (id int primary key, t sealed(text), v sealed(varchar), i2 sealed(int2), i4 sealed(int4), i8 sealed(int8), f4 sealed(float4), f8 sealed(float8),
	num sealed(numeric), b sealed(bool), d sealed(date), ts sealed(timestamp), tz sealed(timestamptz), u sealed(uuid), j sealed(json), jb sealed(jsonb), bin sealed(bytea),
	ta sealed(text[]), ia sealed(int8[]));

-- Names that need quotes, and one as long as a name can be.
create schema "Sch é";
create table "Sch é"."Odd ""Table""" ("Id" int primary key, "Tenant" text, "E-Mail" sealed(text), "select" sealed(text), "naïve" text);
create table a_table_with_a_name_that_is_exactly_sixty_three_bytes_long_1234 (id int, tenant_id text, secret sealed(text));

-- Inheritance and partitions.
create table people (id int, tenant_id text, ssn sealed(text));
create table staff (salary int, boss text) inherits (people);
create table events (id int, tenant_id text, payload sealed(jsonb), day date) partition by list (tenant_id);
create table events_acme partition of events for values in ('acme');
create table events_rest (day date, payload sealed(jsonb), tenant_id text, id int);
alter table events attach partition events_rest default;

-- The same name in two schemas.
create schema other;
create table other.shared (id int, x text);
create table shared (id int, tenant_id text, x sealed(text));

create view order_totals as select customer_id, sum(total) as total from orders group by 1;
create view customer_names as select id, name from customers;
create function twice(int) returns int language sql immutable as 'select $1 * 2';
create function customer_count() returns bigint language sql as 'select count(*) from customers';

-- Types with modifiers, to which the proxy holds values.
create table narrow (id int primary key, tenant_id text, v sealed(varchar(5)), num sealed(numeric(6,2)), at sealed(timestamp(0)), tags sealed(varchar(3)[]), label sealed(varchar));

-- Views over protected columns.
create view v_mail as select id, tenant_id, email as mail, name from customers;
create view v_mail_only as select id, email from customers;
create view v_two (number, owner, note2, mail) as select m.id, m.tenant_id, c.note, m.mail from v_mail m join customers c on c.id = m.id;
create view v_count as select tenant_id, count(*) as n, count(email) as mails from customers group by tenant_id;
create view v_owner as select id, tenant_id, name from customers;
create view v_twice as select id, tenant_id, tenant_id as again, email from customers;
create view v_length as select id, tenant_id, email, length(email) as size, points is null as pointless from customers;
create view v_on_length as select id, size, email from v_length;
create view v_compared as select id, tenant_id from customers where length(email) > 3;
create view v_union as select id, tenant_id, email from customers where id < 3 union all select id, tenant_id, email from customers where id >= 3;
create view v_sub as select s.id, s.tenant_id, s.email from (select * from customers where id < 1000) s where s.name is not null or s.name is null;
create view v_vault as select k as key, secret from vault where n > 0;
create view v_cte as with c as (select tenant_id, id, born, email from customers) select c.tenant_id, c.email, c.born from c;
create view v_people as select * from people;
create view v_shared as select id, x from other.shared;
create materialized view m_mail as select id, tenant_id, email, upper(name) as name from customers where tenant_id = 'globex';

-- Columns that can be searched: deterministic ones, two of them in one domain with those of other tables, one kept as text.
create table members (id int primary key, tenant_id text, email sealed(text), backup sealed(varchar), number sealed(int8), small sealed(int4),
	joined sealed(date), seen sealed(timestamptz), ref sealed(uuid), raw sealed(bytea), handle text, note sealed(text), name text, unique (tenant_id, email));
create table invites (id int primary key, tenant varchar(20), email sealed(text), handle text);
create table guests (id int primary key, email sealed(text) unique, name text);

-- Columns that are searched by equality terms: as they are, and normalised; the last one kept as text.
create table profiles (id int primary key, tenant_id text, handle sealed(text), login sealed(text), phone text, code sealed(int4), name text);
create table pseudonyms (id int primary key, tenant_id text, handle sealed(text), login sealed(text));

-- Numbers that can be searched: equal ones are equal whatever their scale.
create table prices (id int primary key, tenant_id text not null, net sealed(numeric(10,2)), gross sealed(numeric(12,2)), at sealed(timestamp(0)), code sealed(varchar(4)));

-- Tables that 42_ddl.sql changes.
create table ddl_parts (id int, tenant_id text, secret sealed(text)) partition by list (id);
create table ddl_parts_1 partition of ddl_parts for values in (1);
create table ddl_base (id int, tenant_id text);
create table ddl_mixin (extra text);
create table ddl_child (secret sealed(text)) inherits (ddl_mixin);
create table ddl_grandchild (more text) inherits (ddl_child, ddl_base);
create table ddl_keys (id int, tenant_id text, code sealed(text), code2 sealed(text));
create table ddl_refs (id int, tenant_id text, code sealed(text), plain text);

-- Views over columns that can be searched; the tables of 43_views_search.sql.
create view v_members as select id, tenant_id, email as mail, handle, name from members;
create view v_guests as select id, email, name from guests;
create view v_both as select m.id, m.tenant_id, m.email, i.handle from members m join invites i on i.tenant = m.tenant_id and i.email = m.email;
create view v_across as select m.id, m.tenant_id, m.email, i.handle from members m join invites i on i.email = m.email;
create view v_distinct as select distinct tenant_id, email from members;
create view v_grouped as select tenant_id, email, count(*) as n from members group by tenant_id, email;

-- A tenant column with a default.
create table stock (id int primary key, tenant_id text not null default 'globex', secret sealed(text), n int default 3);

-- Defaults, of which the server would write those that are not NULL by itself.
create domain stamped_text as sealed(text) default 'x';
create table stamped (id int primary key, tenant_id text, a sealed(text) default null, b sealed(text) default null::sealed(text), c sealed(text) default 'x', d stamped_text);
