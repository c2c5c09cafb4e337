select * from customers order by id

select email from customers where id = 1

select id, email, note, photo, points, born, ref, profile from customers where tenant_id = 'acme' order by id

select c.* from customers c where c.id = 2

select c.*, c.* from customers c where c.id = 2

select *, email as again, id from customers order by id limit 3

select customers.email, public.customers.note from public.customers where id = 2

select (email), ((c.note)) from customers c where (c.id) = 2

select email as "E mail", note n, born as "select" from customers where id = 2

select email e from customers order by id desc limit 2 offset 1

select email from customers order by id fetch first 2 rows only

select email from only customers where id = 1

select email from customers * where id = 1

select email from customers as c (a, b, c, email, e) where a = 1

select e from customers as c (a, b, c, d, e) where a = 1

select d from customers as c (a, b, c, d, e) where a = 1

table customers

table only customers order by id

values (1, 'x')

select from customers where id < 3

select all email from customers where id = 1

select email, 1, 'x', null, now() is not null as now, $1$2$1$ from customers where id = 1

-- params: 1
select email, $1::int as one from customers where id = $1

-- params: acme | 5
select id, email from customers where tenant_id = $1 and id <= $2 order by id

-- params: 2
select * from customers where id = $1

-- params: marker
select id from customers where email = $1

-- params: {1,2,4}
select id, email from customers where id = any ($1) order by id

select id, email from customers where id in (1, 2, 4) order by 1

select id, email from customers where id between 1 and 4 and name like 'A%' or name is null order by id

select count(*), count(email), count(distinct id), count(note) filter (where id > 3) from customers

select tenant_id, count(email) from customers group by tenant_id order by tenant_id

select tenant_id, count(*) c from customers group by 1 having count(email) > 1 order by c, 1

select id, email is null, note is not null, email isnull, note notnull from customers order by id

select id from customers where email is null and points is not null order by id

select id from customers where (email) is not null order by id

select c is null, (c.*) is not null from customers c where id = 2

select id, row_number() over (order by id), count(email) over () from customers order by id

select id, row_number() over (order by id), email from customers order by id limit 3

select distinct tenant_id from customers order by 1

select distinct id, email from customers

select distinct on (tenant_id) id, tenant_id, email from customers order by tenant_id, id

select distinct on (tenant_id) id, email from customers order by tenant_id, id

select id, email from customers group by id order by id

select id, tenant_id, email from customers group by id order by id

select email from customers for update

select email from customers c for share of c skip locked

select upper(name) as email from customers where id = 1

select id as email from customers order by email

select email as id2, id from customers order by id, name

select name as n, email from customers order by n, id

select id, email from customers order by 1 desc limit 1

select email, id from customers order by 2 desc limit 1

select email, id from customers order by 1

select email from customers order by email

select email e from customers order by e

select * from customers order by 4

select email from customers group by email

select max(email) from customers

select lower(email) from customers

select email || 'x' from customers

select email::text from customers

select cast(email as text) from customers

select coalesce(email, 'none') from customers

select case when id = 1 then email end from customers

select case when email is null then 'none' else 'some' end from customers order by id

select array[email] from customers

select row(email) from customers

select c from customers c

select (c).email from customers c

select (c.*).email from customers c

select email(c) from customers c

select row_to_json(c) from customers c

select to_jsonb(customers) from customers

select customers.* from customers where id = 1

select email collate "C" from customers

select profile -> 'marker' from customers

select profile['marker'] from customers

select extract(year from born) from customers

select born + 1 from customers

select -points from customers

select id from customers where email = 'ann.marker@example.com'

select id from customers where 'ann.marker@example.com' = email

select id from customers where email <> 'marker' or email is null

select id from customers where email in ('marker', 'x')

select id from customers where email like '%marker%'

select id from customers where (id, email) = (1, 'marker')

select id from customers where email is distinct from 'marker'

select id from customers where points > 773700

select id from customers where born = '2077-01-02'

select id from customers where exists (select 1 from orders o where o.email = customers.email)

select id from customers where email ~ 'marker'

select id from customers where not (email is null) and true order by id

select (select email from customers where id = 1)

select (select name from customers where id = 1), (select count(email) from customers)

select array(select email from customers)

select id from customers where id in (select id from customers where email is not null) order by id

select id from plain where a in (select email from customers)

select id from customers c where exists (select email from customers d where d.id = c.id) order by id

select string_agg(email, ',') from customers

select json_agg(c) from customers c

select min(id), max(name) from customers

select nothing from customers

select c.nothing from customers c

select x.email from customers c

select email from nowhere

select email from customers c, customers d

select 1 as tenant_id, email from customers where id = 1

select tenant_id as t, email from customers where id = 1

select email, tenant_id from customers where id = 1

select 'globex' as tenant_id, name, email from customers where id = 1

select id, pg_typeof(id) from customers where id = 1

select ctid is not null, tableoid is not null, email from customers where id = 1

select email from customers where id = 1; select note from customers where id = 1

select 1; select email from customers where id = 1; select 2

;; select email from customers where id = 1;

select email -- a comment at the end

select email -- a comment
	from customers /* another */ where id = 1 -- end

select email from customers where id = 1 /* end */ ;

select email from customers where id = 1 union all select email from customers where id = 2

select id, email from customers where id = 1 union all select id, note from customers where id = 2

select tenant_id, email from customers where id = 1 union all select tenant_id, email from customers where id = 2

select tenant_id, email from customers where id = 1 union all (select tenant_id, email from customers where id = 2) order by 1

select tenant_id, email from customers where id = 1 union select tenant_id, email from customers where id = 2

select tenant_id, email from customers except select tenant_id, email from customers where id = 2

select tenant_id, email from customers where id = 1 union all select 'acme', null

select id from customers where id < 3 union select id from orders where id < 3 order by 1

select secret from vault order by k

select * from vault v order by v.k

select v.secret, w.secret from vault v join vault w on v.k = w.k where v.k = 'a'

select secret from vault where k = 'a' union all select secret from vault where k = 'b'

select distinct on (k) k, secret from vault order by k

select k, secret from vault group by k order by k

select entry, id from diary order by id

select * from ledger order by id

select memo from ledger order by id

select memo, twice, tenant from ledger order by id

select memo, tenant::text from ledger order by id

select body from docs order by id

select tenant, body from docs order by id

select pin from codes order by id

select * from codes order by id
