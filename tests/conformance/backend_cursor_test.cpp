// Cursors: promise 19 of databased/backend.hpp.
#include "support/backend_connection.hpp"
#include "support/films.hpp"

#include <databased/detail/stop.hpp>
#include <databased/error.hpp>

#include <cstdint>
#include <string>

namespace {

using namespace databased;
using backend::Command;
using backend::Transaction;
using backend::Verb;
using support::BackendConnection;
using support::committed_films;
using support::inside;
using support::is_error;
using support::these;
using support::WatchedExchange;

CONFORMANCE_SUITE(BackendCursor);

constexpr std::string_view numbers =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n";
constexpr std::int64_t many = 20'000;

/// The numbers that came, over several requests.
class Numbers final : public RowSink {
  public:
    void on_columns(const std::shared_ptr<const detail::ColumnSet>& columns) override {
        EXPECT_EQ(columns->columns.size(), 1u);
    }
    void on_rows(std::unique_ptr<RowBatch> batch) override {
        for (std::size_t i = 0; i < batch->rows(); ++i) {
            const detail::FieldView field{batch->row(i), batch->columns().get(), 0};
            are_in_order_ = are_in_order_ && detail::Native<std::int64_t>::read(field) == ++count_;
        }
    }
    void on_restart() override { count_ = 0; }

    std::int64_t count() const noexcept { return count_; }
    bool are_in_order() const noexcept { return are_in_order_; }

  private:
    std::int64_t count_ = 0;
    bool are_in_order_ = true;
};

template <class... C>
backend::Commands commands_of(C... command) {
    backend::Commands commands;
    (commands.push_back(command), ...);
    return commands;
}

constexpr Command begin{Verb::begin};
constexpr Command declare(std::uint32_t number) { return {Verb::declare, number}; }
constexpr Command fetch(std::uint32_t number) { return {Verb::fetch, number}; }

/// In a new transaction, a cursor over the numbers up to `last`.
Request declaring(BackendConnection& connection, RowSink& sink, std::uint32_t number, std::int64_t last = many) {
    Request request = connection.request(commands_of(begin, declare(number)), numbers, last);
    request.sink = &sink;
    return request;
}

Request fetching(BackendConnection& connection, RowSink& sink, std::uint32_t number) {
    Request request = inside(connection.request(commands_of(fetch(number))));
    request.sink = &sink;
    return request;
}

Request telling(BackendConnection& connection, Command command) {
    return inside(connection.request(commands_of(command)));
}

CONFORMANCE_TEST(BackendCursor, GivesAFewRowsAtFirstThenMoreInOrder) {
    auto connection = co_await BackendConnection::open();
    Numbers sink;

    const auto declared = co_await connection.send(declaring(connection, sink, 7));
    const auto first = sink.count();
    const auto fetched = co_await connection.send(fetching(connection, sink, 7));

    EXPECT_FALSE(declared.error);
    EXPECT_EQ(declared.done, 2u);
    EXPECT_EQ(declared.transaction, Transaction::open);
    EXPECT_GT(first, 0);
    EXPECT_LT(first, 100);
    EXPECT_FALSE(fetched.error);
    EXPECT_EQ(fetched.done, 1u);
    EXPECT_FALSE(fetched.is_at_end);
    EXPECT_GT(sink.count(), first);
    EXPECT_LT(sink.count(), many);
    EXPECT_TRUE(sink.are_in_order());
}

CONFORMANCE_TEST(BackendCursor, SaysWhereItsEndIs) {
    auto connection = co_await BackendConnection::open();
    Numbers sink;

    auto outcome = co_await connection.send(declaring(connection, sink, 7));
    while (!outcome.error && !outcome.is_at_end) outcome = co_await connection.send(fetching(connection, sink, 7));

    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(sink.count(), many);
    EXPECT_TRUE(sink.are_in_order());
}

CONFORMANCE_TEST(BackendCursor, WithoutRowsIsAtItsEndAndHasColumns) {
    auto connection = co_await BackendConnection::with_films();
    detail::StoreSink sink;
    Request request = connection.request(commands_of(begin, declare(7)), "SELECT title FROM film");
    request.sink = &sink;

    const auto outcome = co_await connection.send(std::move(request));

    EXPECT_FALSE(outcome.error);
    EXPECT_TRUE(outcome.is_at_end);
    const Rows rows = std::move(sink).rows();
    EXPECT_EQ(rows.columns().size(), 1u);
}

CONFORMANCE_TEST(BackendCursor, LetsOtherStatementsRunInBetween) {
    auto connection = co_await BackendConnection::with_films();
    Numbers sink;
    co_await connection.send(declaring(connection, sink, 7));

    co_await connection.send(inside(connection.statement("INSERT INTO film VALUES ('Alien')")));
    Numbers other;
    Request second = inside(connection.request(commands_of(declare(8)), numbers, std::int64_t{5}));
    second.sink = &other;
    const auto of_other = co_await connection.send(std::move(second));
    const auto before = sink.count();
    co_await connection.send(fetching(connection, sink, 7));
    co_await connection.send(telling(connection, {Verb::commit}));

    EXPECT_TRUE(of_other.is_at_end);
    EXPECT_EQ(other.count(), 5);
    EXPECT_GT(sink.count(), before);
    EXPECT_TRUE(sink.are_in_order());
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(BackendCursor, TravelsTogetherWithOthersWherePipelinesAre) {
    auto connection = co_await BackendConnection::with_films();
    if (!connection.backend().capabilities().pipelines) co_return;
    Numbers sink;
    WatchedExchange declared{connection.session(), declaring(connection, sink, 7)};
    WatchedExchange written{connection.session(), inside(connection.statement("INSERT INTO film VALUES ('Alien')"))};
    WatchedExchange fetched{connection.session(), fetching(connection, sink, 7)};
    WatchedExchange closed{connection.session(), telling(connection, {Verb::close_cursor, 7})};

    EXPECT_FALSE((co_await declared.end()).error);
    EXPECT_FALSE((co_await written.end()).error);
    EXPECT_FALSE((co_await fetched.end()).error);
    EXPECT_FALSE((co_await closed.end()).error);
    EXPECT_TRUE(sink.are_in_order());
}

CONFORMANCE_TEST(BackendCursor, ServesFetchesInOrderWhereTheyGoAhead) {
    auto connection = co_await BackendConnection::open();
    if (!connection.backend().capabilities().fetches_ahead) co_return;
    Numbers sink;
    co_await connection.send(declaring(connection, sink, 7));

    WatchedExchange first{connection.session(), fetching(connection, sink, 7)};
    WatchedExchange second{connection.session(), fetching(connection, sink, 7)};
    WatchedExchange third{connection.session(), fetching(connection, sink, 7)};

    EXPECT_FALSE((co_await first.end()).error);
    EXPECT_FALSE((co_await second.end()).error);
    EXPECT_FALSE((co_await third.end()).error);
    EXPECT_GT(sink.count(), 100);
    EXPECT_TRUE(sink.are_in_order());
}

CONFORMANCE_TEST(BackendCursor, GivesNothingBehindItsEndWhereFetchesGoAhead) {
    auto connection = co_await BackendConnection::open();
    if (!connection.backend().capabilities().fetches_ahead) co_return;
    Numbers sink;
    co_await connection.send(declaring(connection, sink, 7, 100));

    WatchedExchange last{connection.session(), fetching(connection, sink, 7)};
    WatchedExchange behind{connection.session(), fetching(connection, sink, 7)};
    const auto at_end = co_await last.end();
    const auto outcome = co_await behind.end();
    const auto closed = co_await connection.send(telling(connection, {Verb::close_cursor, 7}));

    EXPECT_TRUE(at_end.is_at_end);
    EXPECT_FALSE(outcome.error);
    EXPECT_TRUE(outcome.is_at_end);
    EXPECT_EQ(outcome.transaction, Transaction::open);
    EXPECT_EQ(sink.count(), 100);
    EXPECT_FALSE(closed.error);
}

CONFORMANCE_TEST(BackendCursor, IsRefusedWhereItsStatementIsWrong) {
    auto connection = co_await BackendConnection::with_films();

    const auto outcome =
        co_await connection.send(connection.request(commands_of(begin, declare(7)), "SELECT no_such_column FROM film"));

    EXPECT_TRUE(is_error<UndefinedColumnError>(outcome));
    EXPECT_EQ(outcome.done, 1u);
    EXPECT_TRUE(outcome.in_transaction());
    EXPECT_FALSE((co_await connection.send(telling(connection, {Verb::rollback}))).error);
}

CONFORMANCE_TEST(BackendCursor, WritesNothing) {
    auto connection = co_await BackendConnection::with_films();

    const auto outcome = co_await connection.send(
        connection.request(commands_of(begin, declare(7)), "INSERT INTO film VALUES ('Alien') RETURNING title"));

    EXPECT_TRUE(outcome.error);
    co_await connection.send(telling(connection, {Verb::rollback}));
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(BackendCursor, IsGoneBehindItsTransaction) {
    auto connection = co_await BackendConnection::open();
    Numbers sink;
    for (const Verb end : {Verb::commit, Verb::rollback}) {
        co_await connection.send(declaring(connection, sink, 7));
        co_await connection.send(telling(connection, {end}));
        co_await connection.send(connection.request(commands_of(begin)));

        const auto outcome = co_await connection.send(fetching(connection, sink, 7));

        EXPECT_TRUE(outcome.error);
        co_await connection.send(telling(connection, {Verb::rollback}));
        sink.on_restart();
    }
}

CONFORMANCE_TEST(BackendCursor, IsGoneBehindARollbackToWhatWasMadeBeforeIt) {
    auto connection = co_await BackendConnection::open();
    Numbers sink;
    Numbers inner;
    co_await connection.send(declaring(connection, sink, 3));
    Request request = inside(connection.request(commands_of(Command{Verb::savepoint, 5}, declare(8)), numbers, many));
    request.sink = &inner;
    co_await connection.send(std::move(request));
    co_await connection.send(fetching(connection, sink, 3));

    co_await connection.send(telling(connection, {Verb::rollback_to, 5}));

    const auto outer = co_await connection.send(fetching(connection, sink, 3));
    EXPECT_FALSE(outer.error);
    EXPECT_TRUE(sink.are_in_order());
    EXPECT_TRUE((co_await connection.send(fetching(connection, inner, 8))).error);
}

CONFORMANCE_TEST(BackendCursor, OutlivesTheReleaseOfASavepoint) {
    auto connection = co_await BackendConnection::open();
    Numbers sink;
    Request request = connection.request(commands_of(begin, Command{Verb::savepoint, 5}, declare(8)), numbers, many);
    request.sink = &sink;
    co_await connection.send(std::move(request));

    co_await connection.send(telling(connection, {Verb::release, 5}));

    EXPECT_FALSE((co_await connection.send(fetching(connection, sink, 8))).error);
    EXPECT_TRUE(sink.are_in_order());
}

/// Fails at its 1,000th row: abs() of the smallest number, and a sum that is too large.
constexpr std::string_view breaks =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
    "SELECT CASE WHEN i = 1000 THEN abs(-9223372036854775807 - (i - 999)) ELSE i END FROM n";

CONFORMANCE_TEST(BackendCursor, ThatHasFailedMayBeClosedOnceItIsRolledBack) {
    auto connection = co_await BackendConnection::open();
    Numbers sink;
    Request request = connection.request(commands_of(begin, declare(3)), breaks);
    request.sink = &sink;
    co_await connection.send(std::move(request));

    co_await connection.send(telling(connection, {Verb::savepoint, 5}));
    auto outcome = co_await connection.send(fetching(connection, sink, 3));
    while (!outcome.error && !outcome.is_at_end) outcome = co_await connection.send(fetching(connection, sink, 3));

    EXPECT_TRUE(outcome.error);
    EXPECT_TRUE(outcome.in_transaction());
    co_await connection.send(telling(connection, {Verb::rollback_to, 5}));
    EXPECT_FALSE((co_await connection.send(telling(connection, {Verb::close_cursor, 3}))).error);
    EXPECT_FALSE((co_await connection.send(telling(connection, {Verb::commit}))).error);
}

CONFORMANCE_TEST(BackendCursor, IsStoppedInTheMiddleOfAFetch) {
    auto connection = co_await BackendConnection::with_films();
    detail::StopState stop{nullptr};
    Request request =
        connection.request(commands_of(begin, declare(7)),
                           "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) "
                           "SELECT i FROM n WHERE i < 0");
    request.stop = &stop;
    WatchedExchange exchange{connection.session(), std::move(request)};
    co_await support::next_turn();

    stop.request();

    EXPECT_TRUE(is_error<StoppedError>(co_await exchange.end()));
    auto rollback = support::anywhere(connection.request(commands_of(Command{Verb::rollback})));
    co_await connection.send(std::move(rollback));
    EXPECT_FALSE((co_await connection.send(connection.statement("INSERT INTO film VALUES ('Alien')"))).error);
}

CONFORMANCE_TEST(BackendCursor, HasValuesThatNoMessageRepeats) {
    auto connection = co_await BackendConnection::with_films();
    const std::string secret = "hunter2";

    const auto outcome = co_await connection.send(
        connection.request(commands_of(begin, declare(7)), "SELECT CAST(? AS TEXT) FROM nowhere", secret));

    EXPECT_TRUE(outcome.error);
    try {
        if (outcome.error) std::rethrow_exception(outcome.error);
    } catch (const DatabaseError& error) {
        EXPECT_EQ(std::string{error.what()}.find(secret), std::string::npos) << error.what();
    }
}

}  // namespace
