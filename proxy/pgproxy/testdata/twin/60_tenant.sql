insert into stock (id, secret) values (1, 'marker one') returning *

insert into stock (id, secret, n) values (2, 'marker (two', (1 + 2)), (3, 'marker three)', default) returning *

insert into stock (id, tenant_id, secret) values (4, default, 'marker four'), (5, 'acme', 'marker five') returning *

insert into stock values (6, default, 'marker six') returning tenant_id, secret

-- params: 7 | marker seven
insert into stock (id, secret) values ($1, $2) returning *

-- params: 8 | marker eight
insert into stock (id, tenant_id, secret) values ($1, DEFAULT, $2) returning *

insert into stock (id) values (9) returning *

insert into stock default values

insert into stock (id, secret) values (1, 'marker again') on conflict (id) do nothing

insert into stock (id, secret) values (1, 'marker again') on conflict (id, tenant_id) do update set secret = excluded.secret

insert into stock as s (id, secret) values (1, 'marker again') on conflict (id) do update set secret = excluded.secret where s.n = 3 returning *

insert into stock (secret) values ('marker without a key')

insert into stock (id, secret) values (10, 'marker', 'too many')

insert into stock (id, secret, n) values (11, 'marker')

insert into stock (id, secret) select 12, 'marker twelve'

update stock set tenant_id = default where id = 1

update stock set tenant_id = 'acme' where id = 1

select * from stock order by id

delete from stock where id in (2, 3) returning secret

explain (costs off) insert into stock (id, secret) values (13, 'marker')

prepare fill (int, text) as insert into stock (id, secret) values ($1, $2) returning secret, tenant_id

execute fill (14, 'marker fourteen')

deallocate fill
