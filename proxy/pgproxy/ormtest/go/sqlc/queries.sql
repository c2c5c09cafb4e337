-- name: CreateCustomer :one
insert into customers (tenant_id, name, email, phone, born, points) values ($1, $2, $3, $4, $5, $6) returning *;

-- name: GetCustomer :one
select * from customers where id = $1;

-- name: ListCustomers :many
select * from customers order by id;

-- name: Contacts :many
select id, email, phone from customers where name = any(@names::text[]) order by id;

-- name: SetEmail :execrows
update customers set email = $2 where name = $1;

-- name: PatchCustomer :one
update customers set email = coalesce(sqlc.narg(email), email), phone = coalesce(sqlc.narg(phone), phone) where id = @id returning *;

-- name: UpsertCustomer :one
insert into customers (tenant_id, name, email) values ($1, $2, $3)
on conflict (name) do update set email = excluded.email returning *;

-- name: CopyCustomers :copyfrom
insert into customers (tenant_id, name, email, points) values ($1, $2, $3, $4);

-- name: AddOrder :exec
insert into orders (customer_id, tenant_id, total, remark) values ($1, $2, $3, $4);

-- name: OrdersWithCustomers :many
select sqlc.embed(o), sqlc.embed(c) from orders o join customers c on c.id = o.customer_id order by o.id;

-- name: Spenders :many
with spent as (select customer_id, sum(total) as total from orders group by customer_id)
select c.email, s.total::text as total from customers c join spent s on s.customer_id = c.id where s.total > @least::numeric order by c.id;

-- name: DeleteCustomer :many
delete from customers where name = $1 returning email, phone;

-- name: SetPhones :batchexec
update customers set phone = $2 where id = $1;
