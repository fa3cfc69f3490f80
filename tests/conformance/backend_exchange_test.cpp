// What a backend tells of how a request has ended: promises 2 to 6 and 15 of databased/backend.hpp.
#include "support/backend_connection.hpp"
#include "support/films.hpp"

#include <databased/error.hpp>

namespace {

using namespace databased;
using backend::Delivery;
using backend::Transaction;
using backend::Verb;
using support::anywhere;
using support::BackendConnection;
using support::committed_films;
using support::inside;
using support::is_error;
using support::these;
using support::told;
using support::WatchedExchange;

CONFORMANCE_SUITE(BackendExchange);

constexpr std::string_view alien = "INSERT INTO film VALUES ('Alien')";

// Promise 2
CONFORMANCE_TEST(BackendExchange, CarriesOutCommandsInTheirOrder) {
    auto connection = co_await BackendConnection::with_films();

    const auto outcome = co_await connection.send(
        connection.request(told(Verb::begin, Verb::savepoint, Verb::run, Verb::release, Verb::commit), alien));

    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(outcome.done, 5u);
    EXPECT_EQ(outcome.transaction, Transaction::none);
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

// Promise 2
CONFORMANCE_TEST(BackendExchange, CarriesOutWhatStandsBehindAStatementBehindIt) {
    auto connection = co_await BackendConnection::with_films();

    const auto outcome =
        co_await connection.send(connection.request(told(Verb::begin, Verb::run, Verb::rollback), alien));

    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(outcome.done, 3u);
    EXPECT_EQ(outcome.transaction, Transaction::none);
    EXPECT_EQ(co_await committed_films(), these());
}

// Promise 2
CONFORMANCE_TEST(BackendExchange, EndsWithTheFirstCommandThatFails) {
    auto connection = co_await BackendConnection::with_films();
    co_await connection.run(alien);

    const auto outcome = co_await connection.send(
        connection.request(told(Verb::begin, Verb::savepoint, Verb::run, Verb::commit), alien));

    EXPECT_TRUE(is_error<UniqueViolation>(outcome));
    EXPECT_EQ(outcome.done, 2u);
    EXPECT_TRUE(outcome.in_transaction());
    EXPECT_EQ(outcome.delivery, Delivery::answered);
}

// Promise 2
CONFORMANCE_TEST(BackendExchange, CountsAStatementOnceItIsCommitted) {
    auto connection = co_await BackendConnection::with_films();
    co_await connection.run(
        "CREATE TABLE actor (id INTEGER PRIMARY KEY, friend INTEGER REFERENCES actor DEFERRABLE INITIALLY DEFERRED)");

    const auto outcome = co_await connection.send(connection.statement("INSERT INTO actor VALUES (1, 2)"));

    EXPECT_TRUE(is_error<ForeignKeyViolation>(outcome));
    EXPECT_EQ(outcome.done, 0u);
    EXPECT_FALSE(outcome.in_transaction());
}

// Promise 3
CONFORMANCE_TEST(BackendExchange, AsksTheDriverForTheTransaction) {
    auto connection = co_await BackendConnection::with_films();
    const auto begun = co_await connection.send(connection.request(told(Verb::begin, Verb::run), alien));
    EXPECT_EQ(begun.transaction, Transaction::open);

    const auto again = support::sql("INSERT OR ROLLBACK INTO film VALUES ('Alien')", alien);
    const auto ended = co_await connection.send(inside(connection.statement(again)));

    EXPECT_TRUE(is_error<UniqueViolation>(ended));
    EXPECT_EQ(ended.transaction, support::on_sqlite() ? Transaction::none : Transaction::failed);
}

// Promise 4
CONFORMANCE_TEST(BackendExchange, IsNotSentWhereNoTransactionIsOpenThatShouldBe) {
    auto connection = co_await BackendConnection::with_films();

    for (const auto& commands : {told(Verb::run), told(Verb::savepoint, Verb::run), told(Verb::run, Verb::commit)}) {
        const auto outcome = co_await connection.send(inside(connection.request(commands, alien)));

        EXPECT_TRUE(outcome.error);
        EXPECT_EQ(outcome.delivery, Delivery::not_sent);
        EXPECT_EQ(outcome.done, 0u);
        EXPECT_EQ(outcome.transaction, Transaction::none);
    }
    EXPECT_EQ(co_await committed_films(), these());
}

// Promise 4
CONFORMANCE_TEST(BackendExchange, IsNotSentWhereATransactionIsOpenThatShouldNotBe) {
    auto connection = co_await BackendConnection::with_films();
    co_await connection.send(connection.request(told(Verb::begin)));

    const auto outcome = co_await connection.send(connection.statement(alien));

    EXPECT_TRUE(outcome.error);
    EXPECT_EQ(outcome.delivery, Delivery::not_sent);
    EXPECT_EQ(outcome.transaction, Transaction::open);
    co_await connection.send(anywhere(connection.request(told(Verb::commit))));
    EXPECT_EQ(co_await committed_films(), these());
}

// Promise 5
CONFORMANCE_TEST(BackendExchange, IsAnsweredWhereTheDatabaseHasRefusedIt) {
    auto connection = co_await BackendConnection::with_films();

    const auto outcome = co_await connection.send(connection.statement("INSERT INTO nowhere VALUES (1)"));

    EXPECT_TRUE(is_error<UndefinedTableError>(outcome));
    EXPECT_EQ(outcome.delivery, Delivery::answered);
}

// Promise 5
CONFORMANCE_TEST(BackendExchange, IsNotAnsweredWhereTheConnectionWasLostBehindIt) {
    if (!support::has_server()) co_return;
    auto connection = co_await BackendConnection::with_films();
    auto killer = co_await BackendConnection::open();
    const auto process = co_await connection.ask("SELECT CAST(pg_backend_pid() AS text)");
    support::FirstRow first;
    auto endless = connection.request(told(Verb::run), support::endless_rows);
    endless.sink = &first;
    WatchedExchange exchange{connection.session(), std::move(endless)};
    WatchedExchange behind{connection.session(), connection.statement(alien)};
    co_await first.wait();

    co_await killer.ask("SELECT CAST(pg_terminate_backend(" + process + ") AS text)");

    const auto outcome = co_await behind.end();
    EXPECT_TRUE(outcome.error);
    EXPECT_NE(outcome.delivery, Delivery::answered);
    EXPECT_FALSE(connection.session().is_usable());
}

// Promise 6
CONFORMANCE_TEST(BackendExchange, HasFailedIfItsCommitWasAnsweredByRollingBack) {
    if (!support::fails_transactions_as_a_whole()) co_return;  // it would not answer so
    auto connection = co_await BackendConnection::with_films();
    co_await connection.send(connection.request(told(Verb::begin, Verb::run), alien));
    co_await connection.send(inside(connection.statement(alien)));

    const auto outcome = co_await connection.send(anywhere(connection.request(told(Verb::commit))));

    EXPECT_TRUE(is_error<TransactionAbortedError>(outcome));
    EXPECT_EQ(outcome.done, 0u);
    EXPECT_EQ(outcome.transaction, Transaction::none);
    EXPECT_EQ(co_await committed_films(), these());
}

// Promise 6
CONFORMANCE_TEST(BackendExchange, HasFailedIfItsCommitWasRefused) {
    auto connection = co_await BackendConnection::with_films();
    co_await connection.run(
        "CREATE TABLE actor (id INTEGER PRIMARY KEY, friend INTEGER REFERENCES actor DEFERRABLE INITIALLY DEFERRED)");

    const auto outcome = co_await connection.send(
        connection.request(told(Verb::begin, Verb::run, Verb::commit), "INSERT INTO actor VALUES (1, 2)"));

    EXPECT_TRUE(is_error<ForeignKeyViolation>(outcome));
    EXPECT_EQ(outcome.done, 2u);
    EXPECT_EQ(outcome.delivery, Delivery::answered);
}

// Promise 15
CONFORMANCE_TEST(BackendExchange, ThatFailsDoesNotTouchThoseWithWhomItMayShare) {
    auto connection = co_await BackendConnection::with_films();
    const auto shared = [&](std::string_view sql) {
        auto request = connection.statement(sql);
        request.may_share = true;
        return request;
    };
    WatchedExchange first{connection.session(), shared(alien)};
    WatchedExchange failing{connection.session(), shared(alien)};
    WatchedExchange last{connection.session(), shared("INSERT INTO film VALUES ('Brazil')")};

    EXPECT_FALSE((co_await first.end()).error);
    EXPECT_TRUE(is_error<UniqueViolation>(co_await failing.end()));
    EXPECT_FALSE((co_await last.end()).error);

    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

}  // namespace
