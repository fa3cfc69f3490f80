// Backends of programs' own that are bad at bulk inserts: nothing is in the table that should not be, and no count is
// given that is not true.
#include "support/async.hpp"
#include "support/foreign_backend.hpp"
#include "support/thrown.hpp"

#include <databased/databased.hpp>

#include <cstdint>
#include <stdexcept>
#include <vector>

namespace {

using namespace databased;
using backend::Delivery;
using backend::Transaction;
using backend::Verb;
using support::database_of;
using support::Obedient;
using support::Server;

/// Takes rows, and counts them.
class Loader : public Obedient {
  public:
    using Obedient::Obedient;
    static Capabilities capabilities() noexcept {
        Capabilities capabilities;
        capabilities.bulk = true;
        return capabilities;
    }

  protected:
    Task<Outcome> run(Request request) override {
        if (request.has(Verb::bulk_rows)) rows_ += static_cast<std::int64_t>(request.statement->runs());
        return Obedient::run(std::move(request));
    }
    void carry_out(Verb verb, Outcome& outcome) override {
        if (verb == Verb::bulk_end) outcome.result.rows_affected = rows_;
        Obedient::carry_out(verb, outcome);
    }

    std::int64_t rows_ = 0;
};

struct LeavesSomeOut final : Loader {
    using Loader::Loader;
    void carry_out(Verb verb, Outcome& outcome) override {
        Loader::carry_out(verb, outcome);
        if (verb == Verb::bulk_end) --outcome.result.rows_affected;
    }
};

struct CountsTooMany final : Loader {
    using Loader::Loader;
    void carry_out(Verb verb, Outcome& outcome) override {
        Loader::carry_out(verb, outcome);
        if (verb == Verb::bulk_end) ++outcome.result.rows_affected;
    }
};

struct CountsBackwards final : Loader {
    using Loader::Loader;
    void carry_out(Verb verb, Outcome& outcome) override {
        Loader::carry_out(verb, outcome);
        if (verb == Verb::bulk_end) outcome.result.rows_affected = -1;
    }
};

template <Verb At>
struct Throws final : Loader {
    using Loader::Loader;
    Task<Outcome> run(Request request) override {
        if (request.has(At)) throw std::runtime_error("out of order");
        return Loader::run(std::move(request));
    }
};

template <Verb At>
struct ClaimsNothing final : Loader {
    using Loader::Loader;
    Task<Outcome> run(Request request) override {
        const bool is_silent = request.has(At);
        Outcome outcome = co_await Loader::run(std::move(request));
        if (is_silent) outcome = Outcome();
        co_return outcome;
    }
};

/// Without an error.
template <Verb At>
struct EndsTheTransaction final : Loader {
    using Loader::Loader;
    void carry_out(Verb verb, Outcome& outcome) override {
        Loader::carry_out(verb, outcome);
        if (verb == At) outcome.transaction = Transaction::none;
    }
};

template <Verb At>
struct Refuses final : Loader {
    using Loader::Loader;
    void carry_out(Verb verb, Outcome& outcome) override {
        verb == At ? refuse(outcome, Transaction::failed) : Loader::carry_out(verb, outcome);
    }
};

const std::vector<int> numbers(30'000, 7);  // more than one part

/// The error E, nothing committed, and no connection that is still in use.
template <class Connection, class E>
Task<> expect_failure() {
    Server server;
    Database database = database_of<Connection>(server);

    EXPECT_TRUE(co_await support::fails_with<E>(database.bulk_insert("thing", numbers)));

    EXPECT_EQ(server.told[Verb::commit], 0);
    EXPECT_EQ(database.pool_stats().in_use, 0U);
    co_await database.disconnect();
    EXPECT_EQ(server.connections, 0);
}

ASYNC_TEST(ForeignBulk, ThatDoesAllIsBelieved) {
    Server server;
    Database database = database_of<Loader>(server);

    EXPECT_EQ((co_await database.bulk_insert("thing", numbers)).rows_affected, 30'000);
    EXPECT_EQ(server.told[Verb::commit], 1);
}

ASYNC_TEST(ForeignBulk, ThatLeavesRowsOutSaysHowManyItHasTaken) {
    Server server;
    Database database = database_of<LeavesSomeOut>(server);

    EXPECT_EQ((co_await database.bulk_insert("thing", numbers)).rows_affected, 29'999);
}

ASYNC_TEST(ForeignBulk, ThatCountsRowsNobodyHasGivenIsNotBelieved) {
    co_await expect_failure<CountsTooMany, DatabaseError>();
    co_await expect_failure<CountsBackwards, DatabaseError>();
}

ASYNC_TEST(ForeignBulk, ThatThrowsHasInsertedNothing) {
    co_await expect_failure<Throws<Verb::bulk_begin>, std::runtime_error>();
    co_await expect_failure<Throws<Verb::bulk_rows>, std::runtime_error>();
    co_await expect_failure<Throws<Verb::bulk_end>, std::runtime_error>();
}

ASYNC_TEST(ForeignBulk, ThatClaimsNothingIsLost) {
    co_await expect_failure<ClaimsNothing<Verb::bulk_begin>, ConnectionError>();
    co_await expect_failure<ClaimsNothing<Verb::bulk_rows>, ConnectionError>();
    co_await expect_failure<ClaimsNothing<Verb::bulk_end>, ConnectionError>();
}

ASYNC_TEST(ForeignBulk, WhoseTransactionIsGoneIsNotBelieved) {
    co_await expect_failure<EndsTheTransaction<Verb::bulk_begin>, Error>();
    co_await expect_failure<EndsTheTransaction<Verb::bulk_rows>, Error>();
    co_await expect_failure<EndsTheTransaction<Verb::bulk_end>, Error>();
}

ASYNC_TEST(ForeignBulk, ThatRefusesIsHeard) {
    co_await expect_failure<Refuses<Verb::bulk_begin>, QueryError>();
    co_await expect_failure<Refuses<Verb::bulk_rows>, QueryError>();
    co_await expect_failure<Refuses<Verb::bulk_end>, QueryError>();
}

}  // namespace
