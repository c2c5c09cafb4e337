merge into customers c using (values (3201, 'acme', 'marker m1'), (1, 'acme', 'marker m2')) s (id, tenant, email) on c.id = s.id and c.tenant_id = s.tenant when matched then update set email = s.email when not matched then insert (id, tenant_id, email) values (s.id, s.tenant, s.email)

select id, tenant_id, email from customers where id in (1, 3201) order by id

merge into customers c using (values (3201, 'marker m1')) s (id, email) on c.id = s.id when matched then update set email = s.email

merge into customers c using (values (3201, 'marker m3')) s (id, email) on c.id = s.id and c.tenant_id = 'acme' when matched then update set email = coalesce(s.email, c.email), note = 'marker note'

merge into customers c using (values (3201, 'marker m3')) s (id, email) on c.id = s.id when matched and c.tenant_id = 'acme' and c.note is not null then update set email = s.email, name = 'merged' when matched then delete

select id, tenant_id, email, note, name from customers where id in (1, 3201) order by id

-- params: 3202 | acme | marker p
merge into customers c using (select $1::bigint as id, $2::text as tenant, $3::text as email) s on c.id = s.id and c.tenant_id = s.tenant when matched then update set email = s.email when not matched then insert (id, tenant_id, email, note) values (s.id, s.tenant, s.email, 'marker const')

-- params: 3202 | acme | marker p2
merge into customers c using (select $1::bigint as id, $2::text as tenant, $3::text as email) s on c.id = s.id and c.tenant_id = s.tenant when matched then update set email = s.email when not matched then insert (id, tenant_id, email) values (s.id, s.tenant, s.email)

-- params: 3203 | globex | marker v1 | 3202 | acme | marker v2
merge into customers as c using (values ($1::bigint, $2, $3), ($4, $5, $6)) as s (id, tenant, email) on (c.id = s.id and c.tenant_id = s.tenant) when not matched then insert (id, tenant_id, email) values (s.id, s.tenant, s.email) when matched then update set (email, note) = (s.email, null)

select id, tenant_id, email, note from customers where id between 3202 and 3203 order by id

merge into customers c using orders o on o.id = c.id when matched then update set name = o.note

merge into customers c using orders o on o.id = c.id and o.tenant_id = c.tenant_id and o.tenant_id = 'acme' when matched then update set email = 'marker by order'

merge into customers c using orders o on o.id = c.id when matched and o.id < 0 then update set email = 'marker'

merge into customers c using orders o on o.id + 3300 = c.id when not matched then insert (id, tenant_id, email) values (o.id + 3300, 'acme', 'marker from order')

merge into customers c using orders o on o.id + 3400 = c.id when not matched and o.tenant_id = 'acme' then insert (id, tenant_id, email) values (o.id + 3400, o.tenant_id, 'marker from order')

merge into customers c using orders o on o.id + 3500 = c.id when not matched then insert (id, tenant_id, email) values (o.id + 3500, o.tenant_id, 'marker from order')

merge into customers c using customers d on c.id = d.id + 3600 when not matched and d.id < 4 then insert (id, tenant_id, email) values (d.id + 3600, d.tenant_id, d.email)

merge into customers c using customers d on c.id = d.id + 3600 when not matched and d.id < 4 then insert (id, tenant_id, email) values (d.id + 3700, 'acme', d.email)

merge into customers c using customers d on c.id = d.id + 3600 and c.tenant_id = d.tenant_id when matched then update set email = d.email, tenant_id = d.tenant_id

merge into customers c using customers d on c.id = d.id + 3600 when matched then update set email = d.email

merge into customers c using customers d on c.id = d.id + 3600 when matched then do nothing when not matched and d.id = 5 then insert (id, tenant_id) values (3605, d.tenant_id)

select id, tenant_id, email from customers where id between 3300 and 3700 order by id

merge into customers c using (values (3603)) s (id) on c.id = s.id when matched then delete

merge into customers c using (values (3601, 'globex')) s (id, tenant) on c.id = s.id when matched then update set tenant_id = s.tenant

merge into customers c using (values (3801, 'acme', 'marker')) s (id, tenant, email) on c.id = s.id when not matched then insert values (s.id, s.tenant, null, s.email)

merge into customers c using (values (3801, 'acme', 'plain')) s (id, tenant, email) on c.id = s.id when not matched then insert (id, tenant_id, name) values (s.id, s.tenant, s.email)

merge into customers c using (values (3802, 'acme', 'marker')) s (id, tenant, email) on c.id = s.id when not matched then insert (id, tenant_id, name, email) values (s.id, s.tenant, s.email, s.email)

merge into customers c using (values (3802, 'acme', 'marker')) s (id, tenant, email) on c.email = s.email when not matched then insert (id, tenant_id, email) values (s.id, s.tenant, s.email)

merge into customers c using (values (3802, 'acme')) s (id, tenant) on c.id = s.id when not matched then insert (id, tenant_id, email) values (s.id, s.tenant, default)

merge into vault v using (values ('a', 'marker v'), ('m', 'marker w')) s (k, secret) on v.k = s.k when matched then update set secret = s.secret, n = v.n + 1 when not matched then insert (k, secret) values (s.k, s.secret)

select * from vault order by k

merge into plain p using customers c on c.id = p.id when matched then update set a = 'merged'

merge into plain p using customers c on c.id = p.id when matched then update set a = c.email

merge into plain p using customers c on c.id = p.id + 5000 when not matched then insert (id, a) values (c.id + 5000, c.email)

merge into plain p using orders o on o.id = p.id when matched then update set b = 'about customers'

with s (id, tenant, email) as (values (3803, 'acme', 'marker cte')) merge into customers c using s on c.id = s.id and c.tenant_id = s.tenant when matched then update set email = s.email when not matched then insert (id, tenant_id, email) values (s.id, s.tenant, s.email)
