#include "support/conformance.hpp"

#include <stdexcept>

namespace {

using namespace databased;
using support::committed_rows;
using support::fresh_database;

CONFORMANCE_SUITE(Transaction);

struct ChangedMyMind : std::runtime_error {
    ChangedMyMind() : std::runtime_error("changed my mind") {}
};

CONFORMANCE_TEST(Transaction, RollsBackWhenTheBodyThrows) {
    auto database = co_await fresh_database("CREATE TABLE film (title TEXT)");

    EXPECT_THROW(
        co_await database.session([](Session& session) -> Task<> {
            co_await session.execute("INSERT INTO film VALUES (?)", "Alien");
            throw ChangedMyMind();
        }),
        ChangedMyMind);

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 0);
    EXPECT_EQ(co_await committed_rows("film"), 0);
}

}  // namespace
