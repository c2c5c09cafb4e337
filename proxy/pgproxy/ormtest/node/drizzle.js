'use strict';
const {Pool} = require('pg');
const {drizzle} = require('drizzle-orm/node-postgres');
const {bigint, date, integer, numeric, pgTable, serial, text, varchar} = require('drizzle-orm/pg-core');
const {asc, count, eq, gt, inArray, isNull, relations, sql} = require('drizzle-orm');
const {say} = require('./say');

const customers = pgTable('customers', {
  id: serial('id').primaryKey(),
  tenantId: varchar('tenant_id', {length: 50}).notNull().default('acme'),
  name: varchar('name', {length: 100}).unique(),
  email: varchar('email', {length: 255}),
  phone: text('phone'),
  born: date('born'),
  points: bigint('points', {mode: 'number'}),
});
const orders = pgTable('orders', {
  id: serial('id').primaryKey(),
  customerId: integer('customer_id').references(() => customers.id),
  tenantId: varchar('tenant_id', {length: 50}).notNull().default('acme'),
  total: numeric('total', {precision: 10, scale: 2}),
  remark: text('remark'),
});
const customerRelations = relations(customers, ({many}) => ({orders: many(orders)}));
const orderRelations = relations(orders, ({one}) => ({customer: one(customers, {fields: [orders.customerId], references: [customers.id]})}));

const pool = new Pool({connectionString: process.env.DATABASE_URL});
const db = drizzle(pool, {schema: {customers, orders, customerRelations, orderRelations}});

// Drizzle migrates with SQL files, which its command line generates from the tables above.
const migration = `
CREATE TABLE "customers" ("id" serial PRIMARY KEY NOT NULL, "tenant_id" varchar(50) DEFAULT 'acme' NOT NULL, "name" varchar(100), "email" varchar(255),
  "phone" text, "born" date, "points" bigint, CONSTRAINT "customers_name_unique" UNIQUE("name"));
--> statement-breakpoint
CREATE TABLE "orders" ("id" serial PRIMARY KEY NOT NULL, "customer_id" integer, "tenant_id" varchar(50) DEFAULT 'acme' NOT NULL, "total" numeric(10, 2), "remark" text);
--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;
`;

async function migrate() {
  for (const statement of migration.split('--> statement-breakpoint')) await db.execute(sql.raw(statement));
}

async function run() {
  say('insert', await db.insert(customers).values({tenantId: 'acme', name: 'Control Ada', email: 'marker-ada@example.com', phone: 'marker 1', born: '2077-01-02', points: 773701}).returning());
  say('several', await db.insert(customers).values([{tenantId: 'acme', name: 'Bob', email: 'marker-bob@example.com'}, {tenantId: 'acme', name: 'Cyd', phone: 'marker 3', points: 773703}])
    .returning({id: customers.id, email: customers.email}));
  say('all', await db.select().from(customers).orderBy(asc(customers.id)));
  say('some', await db.select({mail: customers.email, born: customers.born}).from(customers).where(inArray(customers.name, ['Bob', 'Cyd'])).orderBy(customers.id));
  say('null', await db.select().from(customers).where(isNull(customers.email)));
  say('update', await db.update(customers).set({email: 'marker-bob2@example.com', phone: null}).where(eq(customers.name, 'Bob')).returning());
  say('upsert', await db.insert(customers).values({tenantId: 'acme', name: 'Bob', email: 'marker-bob3@example.com'})
    .onConflictDoUpdate({target: customers.name, set: {email: 'marker-bob3@example.com'}}).returning());
  say('upsert excluded', await db.insert(customers).values([{tenantId: 'acme', name: 'Bob', email: 'marker-bob4@example.com'}, {tenantId: 'acme', name: 'Dan', email: 'marker-dan@example.com'}])
    .onConflictDoUpdate({target: customers.name, set: {email: sql`excluded.email`}}).returning());
  say('ignored', await db.insert(customers).values({tenantId: 'acme', name: 'Bob', email: 'marker-bob5@example.com'}).onConflictDoNothing().returning());
  await db.insert(orders).values([1, 2, 3].map((n) => ({tenantId: 'acme', customerId: 1 + (n % 2), total: `${n}.5`, remark: `marker order ${n}`})));
  say('join', await db.select().from(customers).innerJoin(orders, eq(orders.customerId, customers.id)).orderBy(orders.id));
  say('left join', await db.select({name: customers.name, remark: orders.remark}).from(customers).leftJoin(orders, eq(orders.customerId, customers.id)).orderBy(customers.id, orders.id));
  const sub = db.select().from(orders).where(gt(orders.total, '2')).as('sub');
  say('subquery', await db.select({email: customers.email, remark: sub.remark}).from(customers).innerJoin(sub, eq(sub.customerId, customers.id)).orderBy(sub.id));
  const recent = db.$with('recent').as(db.select().from(orders).where(gt(orders.id, 1)));
  say('with', await db.with(recent).select().from(recent).orderBy(recent.id));
  say('count', await db.select({n: count(), mails: count(customers.email)}).from(customers));
  say('$count', await db.$count(customers));
  await db.transaction(async (tx) => {
    await tx.insert(customers).values({tenantId: 'acme', name: 'Gil', email: 'marker-gil@example.com'});
    await tx.update(customers).set({phone: 'marker 7'}).where(eq(customers.name, 'Gil'));
  });
  await db.transaction(async (tx) => {
    await tx.insert(customers).values({tenantId: 'acme', name: 'Hal', email: 'marker-hal@example.com'});
    tx.rollback();
  }).catch((e) => say('rolled back', e.message));
  say('savepoint', await db.transaction(async (tx) => {
    await tx.insert(customers).values({tenantId: 'acme', name: 'Ivy', email: 'marker-ivy@example.com'});
    await tx.transaction(async (inner) => { await inner.insert(customers).values({tenantId: 'acme', name: 'Ivy', email: 'marker-ivy2@example.com'}); }).catch((e) => say('inner', e.cause.code));
    return tx.select({email: customers.email}).from(customers).where(eq(customers.name, 'Ivy'));
  }));
  const prepared = db.select().from(customers).where(eq(customers.id, sql.placeholder('id'))).prepare('by_id');
  for (const id of [1, 2, 1]) say('prepared', await prepared.execute({id}));
  say('delete', await db.delete(customers).where(eq(customers.name, 'Cyd')).returning({phone: customers.phone}));
  say('duplicate', await db.insert(customers).values({tenantId: 'acme', name: 'Bob', email: 'marker-dup@example.com'}).catch((e) => e.cause.code));
  say('last', await db.select().from(customers).orderBy(customers.id));
}

(process.argv[2] === 'migrate' ? migrate() : run()).then(() => pool.end()).catch((e) => {
  console.error(e);
  process.exit(1);
});
