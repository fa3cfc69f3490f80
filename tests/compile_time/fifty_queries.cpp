// Fifty queries of all kinds over five tables: what a translation unit of a program may hold. Compiled by a test that
// limits how long that takes.
#include <databased/databased.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

using namespace databased;

struct Customer {
    std::int64_t id;
    std::string name;
    std::string email;
    std::optional<std::string> phone;
    bool active;
};
struct Product {
    std::int64_t id;
    std::string title;
    double weight;
    std::int64_t cents;
    int stock;
};
struct Order {
    std::int64_t id;
    std::int64_t customer_id;
    Timestamp placed;
    std::optional<Timestamp> shipped;
};
struct Line {
    std::int64_t order_id;
    std::int64_t product_id;
    int amount;
    std::int64_t cents;
};
struct Review {
    std::int64_t id;
    std::int64_t product_id;
    std::int64_t customer_id;
    int stars;
    std::optional<std::string> remark;
};
struct Turnover {
    std::int64_t customer_id;
    std::optional<std::int64_t> cents;
};

const Table customers = table<Customer>("customers", identity(&Customer::id), unique(&Customer::email));
const Table products = table<Product>("products", identity(&Product::id), index(&Product::title));
const Table orders = table<Order>("orders", identity(&Order::id), index(&Order::placed),
                                  foreign_key(&Order::customer_id, customers, &Customer::id));
const Table lines = table<Line>("lines", primary_key(&Line::order_id, &Line::product_id),
                                foreign_key(&Line::order_id, orders, &Order::id).on_delete(Action::cascade),
                                foreign_key(&Line::product_id, products, &Product::id));
const Table reviews = table<Review>("reviews", identity(&Review::id), check(column(&Review::stars).between(1, 5)),
                                    foreign_key(&Review::product_id, products, &Product::id));

Task<> of_one_table(Session& db) {
    co_await db.fetch_all(select(customers));
    co_await db.fetch_all(select(customers).where(customers[&Customer::active]).order_by(customers[&Customer::name]));
    co_await db.fetch_one(select(customers).where(customers[&Customer::id] == 7));
    co_await db.fetch_one(select(customers).where(customers[&Customer::email] == "a@example.org"));
    co_await db.fetch_all(select(customers[&Customer::name], customers[&Customer::email]).limit(10).offset(20));
    co_await db.fetch_all(select(customers[&Customer::email]).where(customers[&Customer::phone].is_null()));
    co_await db.fetch_all(select(customers[&Customer::phone]).where(customers[&Customer::name].like("A%")));
    co_await db.fetch_val(select(count()).from(customers));
    co_await db.fetch_all(select(products).where(products[&Product::stock] < 10 && products[&Product::cents] > 1000));
    co_await db.fetch_all(select(products).where(products[&Product::title].ilike("%lamp%")));
}

Task<> with_expressions(Session& db, std::vector<std::int64_t> ids, std::string title) {
    co_await db.fetch_all(select(products).where(products[&Product::id].in(ids)));
    co_await db.fetch_all(select(products[&Product::title], products[&Product::cents] * products[&Product::stock]));
    co_await db.fetch_all(select(products[&Product::weight] * 2.5, products[&Product::stock] - 1));
    co_await db.fetch_val(select(sum(products[&Product::cents])));
    co_await db.fetch_val(select(avg(products[&Product::weight])));
    co_await db.fetch_one(select(min(products[&Product::cents]), max(products[&Product::cents])));
    co_await db.fetch_all(select(lower(products[&Product::title]) + "!", length(products[&Product::title])));
    co_await db.fetch_all(select(coalesce(customers[&Customer::phone], "none")));
    co_await db.fetch_all(select(case_when(products[&Product::stock] > 100, "much").otherwise("little")));
    co_await db.fetch_all(
        select(products).where(!(products[&Product::title] == title) || products[&Product::stock] == 0));
}

Task<> with_joins(Session& db) {
    co_await db.fetch_all(
        select(orders, customers).join(customers, orders[&Order::customer_id] == customers[&Customer::id]));
    co_await db.fetch_all(select(customers[&Customer::name], orders[&Order::placed])
                              .join(orders, orders[&Order::customer_id] == customers[&Customer::id])
                              .order_by(orders[&Order::placed].desc()));
    co_await db.fetch_all(select(customers, orders)
                              .left_join(orders, orders[&Order::customer_id] == customers[&Customer::id])
                              .where(orders[&Order::id].is_null()));
    co_await db.fetch_all(select(orders[&Order::id], products[&Product::title], lines[&Line::amount])
                              .join(lines, lines[&Line::order_id] == orders[&Order::id])
                              .from(orders)
                              .join(products, products[&Product::id] == lines[&Line::product_id]));
    co_await db.fetch_all(select(products[&Product::title], count())
                              .join(reviews, reviews[&Review::product_id] == products[&Product::id])
                              .group_by(products[&Product::title])
                              .having(count() > 5));
    co_await db.fetch_all(select(products[&Product::title], avg(reviews[&Review::stars]))
                              .left_join(reviews, reviews[&Review::product_id] == products[&Product::id])
                              .group_by(products[&Product::title]));
    co_await db.fetch_all(select(reviews[&Review::stars], customers[&Customer::name])
                              .join(customers, customers[&Customer::id] == reviews[&Review::customer_id])
                              .where(reviews[&Review::remark].is_not_null()));
    auto other = products.as<"other">();
    co_await db.fetch_all(select(products[&Product::title], other[&Product::title])
                              .join(other, other[&Product::cents] == products[&Product::cents]));
    co_await db.fetch_all(select(orders).where(orders[&Order::shipped].is_null()).for_update().skip_locked());
    co_await db.fetch_all(select(customers[&Customer::name]).distinct().order_by(position(1)));
}

Task<> with_subqueries(Session& db) {
    co_await db.fetch_all(select(customers).where(customers[&Customer::id].in(select(orders[&Order::customer_id]))));
    co_await db.fetch_all(select(customers).where(
        !exists(select(orders).where(orders[&Order::customer_id] == customers[&Customer::id]))));
    co_await db.fetch_all(
        select(products).where(products[&Product::cents] == select(max(products[&Product::cents])).scalar()));
    auto turnover = select(orders[&Order::customer_id], sum(lines[&Line::cents]))
                        .join(lines, lines[&Line::order_id] == orders[&Order::id])
                        .group_by(orders[&Order::customer_id])
                        .into<Turnover>();
    auto derived = turnover.as<"turnover">();
    co_await db.fetch_all(select(customers, derived[&Turnover::cents])
                              .from(customers)
                              .join(derived, derived[&Turnover::customer_id] == customers[&Customer::id]));
    auto named = common<"turnover">(turnover);
    co_await db.fetch_all(select(named).from(named).where(named[&Turnover::cents] > 100'000));
    co_await db.fetch_all(turnover.order_by(sum(lines[&Line::cents]).desc().nulls_last()).limit(3));
    co_await db.fetch_all(select(customers[&Customer::id]).union_with(select(orders[&Order::customer_id])));
    co_await db.fetch_all(select(customers[&Customer::id]).except(select(orders[&Order::customer_id])));
    co_await db.fetch_all(select(orders).where(orders[&Order::placed].between(Timestamp{}, now())));
    co_await db.fetch_all(select(orders[&Order::id], raw<std::string>("upper(?)", "x")).from(orders));
}

Task<> that_write(Session& db, Customer customer, std::vector<Product> more, std::vector<Line> basket) {
    co_await db.execute(insert_into(customers).values(customer));
    co_await db.fetch_one(insert_into(customers).values(customer).returning(customers[&Customer::id]));
    co_await db.execute(insert_into(products).values(more));
    co_await db.execute(upsert(lines, basket));
    co_await db.execute(insert_into(lines).values(basket).on_conflict().do_nothing());
    co_await db.execute(insert_into(reviews).set(reviews[&Review::stars], 5).set(reviews[&Review::product_id], 1));
    co_await db.execute(update(products)
                            .set(products[&Product::stock], products[&Product::stock] - 1)
                            .where(products[&Product::id] == 1));
    co_await db.execute(update(orders).set(orders[&Order::shipped], now()).where(orders[&Order::id] == 2));
    co_await db.fetch_all(delete_from(reviews)
                              .where(reviews[&Review::stars] == 1)
                              .returning(reviews[&Review::id], reviews[&Review::remark]));
    co_await db.execute(delete_from(lines).all_rows());
}
