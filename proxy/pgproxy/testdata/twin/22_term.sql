insert into profiles (id, tenant_id, handle, login, phone, code, name) values (1, 'acme', 'marker1', 'Marker.One', '+49 77370-1', 773701, 'one'), (2, 'acme', 'marker2', ' marker.TWO ', '77370 2', 773702, 'two'),
	(3, 'acme', null, null, null, null, 'three'), (4, 'acme', 'Marker1', 'MARKER.ONE', '(49)773701', 773701, 'four')

insert into profiles (id, tenant_id, handle, login, phone, name) values (5, 'globex', 'marker1', 'marker.one', '4977370-1', 'five')

insert into pseudonyms (id, tenant_id, handle, login) values (1, 'acme', 'marker1', 'marker.one'), (2, 'acme', 'marker9', 'Marker.Nine'), (3, 'globex', 'marker1', 'MARKER.one ')

select * from profiles order by id

select id from profiles where tenant_id = 'acme' and handle = 'marker1'

-- params: acme | marker1
select id, handle, login from profiles where tenant_id = $1 and handle = $2

-- params: acme | NULL
select id from profiles where tenant_id = $1 and handle = $2

select id from profiles where tenant_id = 'acme' and handle <> 'marker1' order by id

select id from profiles where tenant_id = 'acme' and handle in ('marker1', 'marker2', null) order by id

select id from profiles where tenant_id = 'acme' and handle not in ('marker1', 'marker x') order by id

-- params: acme | {marker1,NULL,marker2}
select id from profiles where tenant_id = $1 and handle = any($2) order by id

select id from profiles where tenant_id = 'acme' and handle = any('{marker1}')

select id from profiles where tenant_id = 'acme' and handle = any(array['marker1', 'marker2']) order by id

select id from profiles where tenant_id = 'acme' and handle is distinct from 'marker1' order by id

select id from profiles where (tenant_id, handle) in (('acme', 'marker2'), ('globex', 'marker1')) order by id

select id from profiles where tenant_id = 'acme' and handle::text = 'marker1'::text

select id from members where tenant_id = 'acme' and email::text = 'marker1'

select id from profiles where tenant_id = 'acme' and code = 773701 order by id

select id from profiles where tenant_id = 'acme' and code <> 77370100000 order by id

-- params: acme | 773701
select id from profiles where tenant_id = $1 and code = $2 order by id

select id from profiles where tenant_id = 'acme' and lower(trim(login)) = lower(trim('MARKER.one')) order by id

-- params: acme |   Marker.TWO 
select id from profiles where tenant_id = $1 and lower(trim(login)) = lower(trim($2)) order by id

-- params: acme | marker.one
select id, login from profiles where tenant_id = $1 and trim(lower(login)) = $2 order by id

-- params: acme | Marker.One
select id from profiles where tenant_id = $1 and trim(lower(login)) = $2 order by id

select id from profiles where tenant_id = 'acme' and trim(lower(login)) = 'Marker.One' order by id

select id from profiles where tenant_id = 'acme' and trim(lower(login)) <> 'Marker.One' order by id

select id from profiles where tenant_id = 'acme' and trim(lower(login)) in (lower('MARKER.TWO'), trim(lower(' MARKER.one')), 'MARKER.x') order by id

-- params: acme | {marker.one,MARKER.TWO,NULL}
select id from profiles where tenant_id = $1 and trim(lower(login)) = any($2) order by id

select id from profiles where tenant_id = 'acme' and regexp_replace(phone, '[^0-9]', '', 'g') = regexp_replace('+49 (773) 701', '[^0-9]', '', 'g') order by id

select id from profiles where tenant_id = 'acme' and regexp_replace(phone, '[^0-9]', '', 'g') = '773702'

-- params: acme | 49/773701
select id from profiles where tenant_id = $1 and regexp_replace(phone, '[^0-9]', '', 'g') = regexp_replace($2, '[^0-9]+', '', 'g') order by id

select a.id, b.id from profiles a join pseudonyms b on a.tenant_id = b.tenant_id and a.handle = b.handle order by 1

select a.id, b.id, b.login from profiles a left join pseudonyms b on a.tenant_id = b.tenant_id and trim(lower(a.login)) = lower(trim(b.login)) order by 1

select a.id from profiles a where a.handle in (select b.handle from pseudonyms b where b.tenant_id = a.tenant_id) order by 1

select a.id from profiles a where not exists (select from pseudonyms b where b.tenant_id = a.tenant_id and b.handle = a.handle) order by 1

select id, case handle when 'marker1' then 'first' when 'marker2' then 'second' else name end from profiles where tenant_id = 'acme' order by id

select count(distinct handle), count(distinct trim(lower(login))), count(handle) from profiles where tenant_id = 'acme'

select count(*) from profiles where tenant_id = 'acme' group by handle

select id, count(*) over (partition by tenant_id, handle) from profiles order by id

update profiles set name = 'uno' where tenant_id = 'acme' and handle = 'marker1'

-- params: marker3 | acme | marker2
update profiles set handle = $1 where tenant_id = $2 and handle = $3 returning id, handle

delete from profiles where tenant_id = 'acme' and lower(trim(login)) = lower('MARKER.two') returning id, login

select id from profiles where tenant_id = 'acme' and login = 'marker.one'

select id from profiles where tenant_id = 'acme' and lower(login) = 'marker.one'

select id from profiles where tenant_id = 'acme' and lower(handle) = 'marker1'

select id from profiles where tenant_id = 'acme' and handle like 'marker%'

select handle from profiles where tenant_id = 'acme' group by handle

select distinct handle from profiles where tenant_id = 'acme'

select a.id from profiles a join pseudonyms b using (tenant_id, handle)

select id from profiles where handle = 'marker1'

-- params: marker3 | acme
update profiles set handle = $1 where tenant_id = $2 and handle <> $1
