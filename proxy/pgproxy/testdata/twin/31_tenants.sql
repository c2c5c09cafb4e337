insert into customers (id, tenant_id, email) values (3101, 'acme', 'marker'), (3102, 'globex', 'marker'), (3103, 'acme', coalesce(null, 'marker')) returning id, tenant_id, email

insert into customers (id, tenant_id, email) select v.id, v.tenant, v.email from (values (3111, 'acme', 'marker a'), (3112, 'globex', 'marker g')) v (id, tenant, email) returning tenant_id, email

insert into customers (id, tenant_id, email) select * from (values (3113, 'acme', 'marker a'), (3114, 'globex', 'marker g')) v returning tenant_id, email

insert into customers (id, tenant_id, email) select 3115, 'acme', 'marker' union all select 3116, 'globex', 'marker g' returning tenant_id, email

insert into customers (id, tenant_id, email) select 3117, 'acme', 'marker' union all values (3118, 'globex', 'marker g'), (3119, 'acme', null) returning id, tenant_id, email

insert into customers (id, tenant_id, email) select a.id, b.tenant, a.email from (values (3120, 'acme', 'marker'), (3121, 'globex', 'marker')) a (id, tenant, email), (values ('acme'), ('globex')) b (tenant) where a.tenant = b.tenant

with v (id, tenant, email) as (values (3120, 'acme', 'marker'), (3121, 'globex', 'marker')) insert into customers (id, tenant_id, email) select a.id, b.tenant, a.email from v a, v b where a.id = b.id

with v (id, tenant, email) as (values (3122, 'acme', 'marker'), (3123, 'globex', 'marker')) insert into customers (id, tenant_id, email) select id, tenant, email from v returning id, tenant_id, email

insert into customers (id, tenant_id, email) select v.id, v.tenant, 'marker' from (values (3124, 'acme'), (3125, 'globex')) v (id, tenant)

insert into customers (id, tenant_id, email) select v.id, 'acme', v.email from (values (3126, 'marker'), (3127, 'marker b')) v (id, email) returning email

insert into customers (id, tenant_id, email) select v.id, lower(v.tenant), v.email from (values (3128, 'acme', 'marker')) v (id, tenant, email)

-- params: 3130 | acme | marker | 3131 | globex | marker b
insert into customers (id, tenant_id, email) select p0::bigint, p1::varchar, p2::varchar from (values ($1, $2, $3, 0), ($4, $5, $6, 1)) as imp_sen (p0, p1, p2, n) order by n returning id, tenant_id, email

-- params: 1 | marker l | 2 | marker l2
insert into ledger (id, tenant, memo) select v.id, v.tenant::int, v.memo from (values (3131, $1, $2), (3132, $3, $4)) v (id, tenant, memo) returning id, tenant, memo

insert into ledger (id, tenant, memo) select v.id, v.tenant, v.memo from (values (3133, 1, 'marker l'), (3134, 2, 'marker l2')) v (id, tenant, memo) returning id, tenant, memo

insert into ledger (id, tenant, memo) select v.id, v.tenant::int, v.memo from (values (3135, '01', 'marker l'), (3136, ' 2', 'marker l2')) v (id, tenant, memo) returning id, tenant, memo

insert into customers (id, tenant_id, email) select v.id, v.tenant, v.email from (values (3137, '1', 'marker l'), (3138, 2, 'marker l2')) v (id, tenant, email)

insert into customers (id, tenant_id, email) select o.id + 3140, o.tenant_id, 'marker' from orders o where o.tenant_id = 'acme' returning tenant_id, email

insert into customers (id, tenant_id, email) select o.id + 3140, o.tenant_id, 'marker' from orders o

insert into customers (id, tenant_id, email) select c.id + 3200, c.tenant_id, 'marker' from customers c where c.tenant_id = 'acme' and c.id < 4 returning tenant_id, email

insert into customers (id, tenant_id, email) select c.id + 3250, c.tenant_id, coalesce(c.email, 'marker') from customers c where c.tenant_id = 'acme' and c.id < 6 returning tenant_id, email

insert into customers (id, tenant_id, email) select c.id + 3300, 'acme', c.email from customers c where c.tenant_id = 'acme' and c.id < 4 returning id, tenant_id, email

insert into customers (id, tenant_id, email) select c.id + 3350, 'globex', c.email from customers c where c.tenant_id = 'acme' and c.id < 4

-- params: acme
insert into customers (id, tenant_id, email) select c.id + 3400, $1, c.email from customers c where c.tenant_id = $1 and c.id < 4 returning id, tenant_id, email

insert into customers (id, tenant_id, email) select c.id + 3450, c.tenant_id, case when c.id = 1 then c.email end from customers c where c.id < 4 returning id, tenant_id, email

insert into customers (id, tenant_id, email) select c.id + 3480, d.tenant_id, c.email from customers c join customers d on d.tenant_id = c.tenant_id where c.id = 1 and d.id = 2 returning tenant_id, email

insert into customers (id, tenant_id, email) select c.id + 3490, d.tenant_id, c.email from customers c join customers d on d.id = c.id + 1 where c.id = 1

update customers set email = 'marker in' where id = 1 and tenant_id in ('acme') returning email

update customers set email = 'marker in' where id = 1 and tenant_id in ('acme', 'globex')

update customers set email = 'marker join' from orders o where o.tenant_id = customers.tenant_id and o.tenant_id = 'acme' and customers.id = 1 returning customers.email

update customers c set email = 'marker join on' from orders o join plain p on o.tenant_id = 'acme' and p.id = 1 where o.tenant_id = c.tenant_id and c.id = 1 returning c.email

update customers c set email = 'marker left' from orders o left join plain p on o.tenant_id = 'acme' where o.tenant_id = c.tenant_id and c.id = 1

update customers c set email = v.email from (values (1, 'acme', 'marker 1'), (3, 'globex', 'marker 3'), (2, 'globex', 'marker wrong')) v (id, tenant, email) where c.id = v.id and c.tenant_id = v.tenant returning c.id, c.email

update customers c set email = v.email from (values (1, 'marker 1'), (2, 'marker 2')) v (id, email) where c.id = v.id and c.tenant_id = 'acme' returning c.id, c.email

update customers c set email = v.email from (values (1, 'marker 1')) v (id, email) where c.id = v.id

update customers c set email = 'marker' from (values (1, 'acme'), (3, 'globex')) v (id, tenant) where c.id = v.id and c.tenant_id = v.tenant

-- params: 1 | marker p1 | 2 | marker p2 | acme
update customers as c set email = v.email from (values ($1::bigint, $2::text), ($3, $4)) as v (id, email) where c.id = v.id and c.tenant_id = $5 returning c.id, c.email

update customers c set email = d.email from customers d where d.tenant_id = c.tenant_id and c.id = 1 and d.id = 2 returning c.email

update customers c set email = d.email from customers d where d.tenant_id = 'acme' and c.tenant_id = 'acme' and c.id = 1 and d.id = 2 returning c.email

update customers c set email = coalesce(d.email, c.email) from customers d where d.tenant_id = c.tenant_id and c.id = 1 and d.id = 5 returning c.email

update customers c set email = d.email from customers d where d.id = 3 and c.id = 1

update customers c set tenant_id = v.tenant from (values ('acme')) v (tenant) where c.tenant_id = v.tenant and c.id = 1 returning c.tenant_id

update customers c set tenant_id = o.tenant_id from orders o where c.tenant_id = o.tenant_id and c.id = 1 and o.id = 1 returning c.tenant_id

update customers c set tenant_id = tenant_id where id = 1 returning tenant_id, email

update customers c set tenant_id = o.tenant_id from orders o where c.id = 1

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker up') on conflict (tenant_id, id) do update set email = coalesce(excluded.email, customers.email) returning email

insert into customers (id, tenant_id, email) values (1, 'acme', null) on conflict (tenant_id, id) do update set email = coalesce(excluded.email, customers.email, 'marker') returning email

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker') on conflict (tenant_id, id) do update set email = case when customers.email is null then excluded.email else customers.email end, tenant_id = customers.tenant_id returning email

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker') on conflict (id) do update set email = coalesce(excluded.email, customers.email)

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker'), (3, 'globex', 'marker') on conflict (tenant_id, id) do update set email = 'marker lit'

insert into customers (id, tenant_id, email) select v.id, v.tenant, v.email from (values (1, 'acme', 'marker s'), (3, 'globex', 'marker s')) v (id, tenant, email) on conflict (tenant_id, id) do update set email = excluded.email returning tenant_id, email

-- params: acme | 3161
insert into customers (id, tenant_id, email, points) values ($2, $1, 'marker', 77370) returning id, email, points

-- params: marker both | acme | 3162
insert into customers (id, tenant_id, email, note) values ($3, $2, $1, $1) returning email, note

-- params: marker two | acme | globex
insert into customers (id, tenant_id, email) values (3163, $2, $1), (3164, $3, $1), (3165, $2, $1) returning id, email

-- params: marker up | acme | 3162
update customers set email = $1, note = $1, points = 77370 where tenant_id = $2 and id = $3 returning email, note, points

-- params: NULL | acme | 3162
update customers set email = $1, note = $1 where tenant_id = $2 and id = $3 returning email, note

-- params: 77370 | acme | 3162
update customers set email = $1, points = $1 where tenant_id = $2 and id = $3

-- params: marker | acme | 3162
update customers set email = $1, name = $1 where tenant_id = $2 and id = $3

-- params: acme | marker
insert into customers (id, tenant_id, email, note) values (1, $1, 'marker', $2) on conflict (tenant_id, id) do update set email = $2, note = coalesce(excluded.note, 'marker lit') returning email, note

-- params: acme | NULL
update customers set email = coalesce($2, 'marker default') where tenant_id = $1 and id = 1 returning email

-- params: acme
insert into customers (id, tenant_id, email) values (3166, $1, 'marker cast'::varchar(8)), (3167, $1, 1.5), (3168, $1, 'mar' || 'ker') returning email

-- params: {3171,3172,3173} | {marker u1,NULL,"marker, u3"} | acme
insert into customers (id, tenant_id, email) select v.id, $3, v.email from unnest($1::int[], $2::text[]) as v (id, email) returning id, email

-- params: {3174,3175} | {marker u1,marker u2} | acme
insert into customers (id, tenant_id, email) select unnest($1::bigint[]), $3, unnest($2::text[]) returning id, email

-- params: {3176,3177} | {marker u1,marker u2} | {773701,773702} | globex
insert into customers (id, tenant_id, email, points) select id, $4, mail::text, p from unnest($1::int[], $2::varchar[], $3::int4[]) with ordinality as v (id, mail, p, n) order by n returning id, email, points

insert into customers (id, tenant_id, email) select 3177 + n, 'acme', m from unnest('{marker a,"marker b",null}'::text[]) with ordinality as v (m, n) returning id, email

insert into customers (id, tenant_id, email) select 3181, 'acme', email from unnest('{marker a}'::text[]) as email returning id, email

insert into customers (id, tenant_id, email) select v.id, v.tenant, v.email from unnest('{3182}'::int[], '{acme}'::text[], '{marker}'::text[]) as v (id, tenant, email)

insert into customers (id, tenant_id, email) select 3183, 'acme', m from unnest('{marker a,"marker b"}'::text[]) as v (m) where m <> 'marker a'

insert into customers (id, tenant_id, email) select 3184, 'acme', m::varchar(3) from unnest('{marker a}'::text[]) as v (m)

insert into customers (id, tenant_id, points) select 3185, 'acme', m from unnest('{77370}'::text[]) as v (m)

insert into customers (id, tenant_id, points) select 3186, 'acme', unnest('{5.5}'::numeric[]) returning points

insert into customers (id, tenant_id, points) select 3187, 'acme', unnest('{x}'::int[])

-- params: {1,2} | {marker bulk1,marker bulk2} | acme
update customers c set email = v.email from unnest($1::bigint[], $2::text[]) as v (id, email) where c.id = v.id and c.tenant_id = $3 returning c.id, c.email

-- params: {1,2} | {marker bulk1,NULL} | acme
update customers c set email = coalesce(v.email, c.email) from (select unnest($1::bigint[]) as id, unnest($2::text[]) as email) as v where c.id = v.id and c.tenant_id = $3 returning c.id, c.email

-- params: {marker t1,marker t2}
insert into typed (id, t) select 3190 + n, v.t from unnest($1::text[]) with ordinality as v (t, n) returning id, t

-- params: {{a,b},{c,d}}
insert into typed (id, t) select 3195, v.t from unnest($1::text[]) as v (t)

insert into typed (id, ta) select 3196, unnest('{{marker}}'::text[])

select * from unnest('{a,b}'::text[], '{1,2}'::int[]) with ordinality

select u.*, c.name from unnest('{1,2}'::int[]) u join customers c on c.id = u

select email from unnest('{1,2}'::int[]) as u (id) join customers on customers.id = u.id

update customers set email = (select 'marker sub') where id = 1 and tenant_id = 'acme' returning email

update customers set email = (select d.email from customers d where d.id = 2 and d.tenant_id = 'acme') where id = 1 and tenant_id = 'acme' returning email

update customers set email = (select d.email from customers d where d.id = 2 and d.tenant_id = customers.tenant_id) where id = 1 returning email

update customers c set email = (select d.email from customers d where d.id = 2) where id = 1 and tenant_id = 'acme'

update customers c set email = (select d.email from customers d where d.id = 3 and d.tenant_id = 'globex') where id = 1 and tenant_id = 'acme'

update customers c set email = (select d.note from customers d where d.id = 2 and d.tenant_id = 'acme') where id = 1 and tenant_id = 'acme'

update customers c set email = (select name from customers d where d.id = 2 and d.tenant_id = 'acme') where id = 1 and tenant_id = 'acme'

update customers c set (email, name) = (select d.email, 'from sub' from customers d where d.id = 5 and d.tenant_id = c.tenant_id) where id = 1 returning email, name

update customers c set (name, email, points) = (select upper(o.note), 'marker sub', 77370 from orders o where o.id = 1) where c.id = 1 and c.tenant_id = 'acme' returning name, email, points

update customers c set (name, email) = (select d.email, d.email from customers d where d.id = 5 and d.tenant_id = c.tenant_id) where id = 1

update customers c set (name, tenant_id) = (select 'x', 'acme') where id = 1

-- params: marker sp | acme
update customers set email = (select $1::varchar(8)) where id = 1 and tenant_id = $2 returning email

insert into customers (id, tenant_id, email) values (3198, 'acme', (select email from customers where id = 2 and tenant_id = 'acme')) returning email

insert into customers (id, tenant_id, email) values (3199, 'acme', coalesce((select email from customers where id = 2 and tenant_id = 'acme'), 'marker')) returning email

insert into customers (id, tenant_id, email) values (3200, 'acme', (select email from customers where id = 2))

insert into customers (id, tenant_id, email) values (3200, 'acme', (values ('marker')))
