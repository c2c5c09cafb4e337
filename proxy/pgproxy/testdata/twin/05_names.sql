insert into "Sch é"."Odd ""Table""" values (1, 'acme', 'marker e', 'marker s', 'ï') returning *

insert into "Sch é"."Odd ""Table""" ("Id", "Tenant", "E-Mail", "select") values (2, 'globex', 'marker e', 'marker s') returning "select", "E-Mail"

insert into "Sch é".U&"Odd \0022Table\0022" ("Id", "Tenant", U&"E\002dMail") values (3, 'acme', 'marker u') returning "E-Mail"

insert into U&"Sch \00e9".U&"Odd !0022Table!0022" uescape '!' ("Id", "Tenant", U&"E\002dMail") values (4, 'acme', 'marker u') returning "E-Mail"

insert into u&"\0063ustomers" (id, tenant_id, u&"\0065mail") values (501, 'acme', 'marker u') returning email

insert into u&"\0063ustomers" values (502, 'acme', 'n', 'marker u') returning email

insert into u&"d!0063ustomers" uescape 'd' values (502, 'acme', 'n', 'marker u') returning email

insert into u&"!0063ustomers" uescape '!' values (502, 'acme', 'n', 'marker u') returning email

select "E-Mail", "select", "naïve" from "Sch é"."Odd ""Table""" order by "Id"

select o."E-Mail" as "Ünï 🔑" from "Sch é"."Odd ""Table""" as o order by o."Id"

select "Odd ""Table"""."select" from "Sch é"."Odd ""Table""" order by "Id"

select * from "Sch é"."Odd ""Table""" "a ""quoted"" alias" order by 1

select "E-Mail" from "Odd ""Table"""

select "e-mail" from "Sch é"."Odd ""Table"""

update "Sch é"."Odd ""Table""" set "E-Mail" = 'marker x' where "Tenant" = 'acme' and "Id" = 1 returning *

set search_path = "Sch é", public

select "E-Mail" from "Odd ""Table""" order by "Id"

insert into "Odd ""Table""" values (5, 'acme', 'marker sp') returning "E-Mail"

reset search_path

insert into a_table_with_a_name_that_is_exactly_sixty_three_bytes_long_1234 values (1, 'acme', 'marker long') returning secret

insert into a_table_with_a_name_that_is_exactly_sixty_three_bytes_long_1234_and_is_cut (id, tenant_id, secret) values (2, 'acme', 'marker long') returning secret

insert into A_TABLE_WITH_A_NAME_that_is_exactly_sixty_three_bytes_long_1234_and_is_cut values (3, 'acme', 'marker long') returning *

select secret from "a_table_with_a_name_that_is_exactly_sixty_three_bytes_long_1234_and_is_cut" order by id

select a_table_with_a_name_that_is_exactly_sixty_three_bytes_long_1234.secret from a_table_with_a_name_that_is_exactly_sixty_three_bytes_long_1234 order by id

insert into public.shared values (1, 'acme', 'marker shared') returning *

insert into other.shared values (1, 'not protected') returning *

insert into shared values (2, 'acme', 'marker') returning *

select x from other.shared

select p.x, o.x from public.shared p, other.shared o

select public.shared.x, other.shared.x from public.shared, other.shared

set search_path = other, public

select x from other.shared

select email from customers where id = 1

insert into customers (id, tenant_id, email) values (503, 'acme', 'marker sp') returning *

set search_path = public

select email from public.customers where id = 1

select email from pg_temp.customers

select customers.email from other.customers

create temp table customers (id int, email text)

create temp table scratch (id int, email text)

insert into scratch values (1, 'not protected') returning *

select c.email, s.email from customers c join scratch s on s.id = c.id

create temp table scratch2 as select id, name from customers where id < 3

select * from scratch2 order by id

create temp table scratch3 as select id, email from customers

select id, name into temp scratch4 from customers where id < 3

select id, email into temp scratch5 from customers where id < 3

select * from scratch4 order by id

drop table scratch, scratch2, scratch4

select Email from Customers where ID = 1

select "Email" from customers where id = 1

select email as select_ from customers as from_ where from_.id = 1

select customers.email from customers customers where customers.id = 1

select public.email from customers public where public.id = 1

select id.email from customers id where id.id = 1

select email.note from customers email where email.id = 2

select email from customers email where email.id = 2

select twindb.public.customers.email from customers

insert into customers (id, tenant_id, email) values (504, 'acme', 'marker customers orders ''; drop table customers; --') returning email

insert into customers (id, tenant_id, email) values (505, 'acme', 'marker $1 :x ? %s {0} \0 \n') returning email

insert into customers (id, tenant_id, email) values (506, 'acme', $a$marker $b$ $$ $a$) returning email

insert into customers (id, tenant_id, email) values (507, 'acme', E'marker \u00e9\'\x41\101\\') returning email

insert into customers (id, tenant_id, email) values (508, 'acme', U&'marker !0041' uescape '!') returning email

insert into customers (id, tenant_id, email) values (509, 'acme', N'marker') returning email

insert into customers (id, tenant_id, email) values (510, 'acme', B'1010') returning email

insert into customers (id, tenant_id, photo) values (511, 'acme', X'abcd') returning photo
