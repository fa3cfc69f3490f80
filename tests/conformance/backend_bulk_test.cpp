// Bulk inserts, where a backend has something for them: promise 20 of databased/backend.hpp.
#include "support/backend_connection.hpp"
#include "support/films.hpp"

#include <databased/error.hpp>

#include <string>
#include <vector>

namespace {

using namespace databased;
using backend::Transaction;
using backend::Verb;
using support::BackendConnection;
using support::inside;
using support::told;
using support::WatchedExchange;

CONFORMANCE_SUITE(BackendBulk);

std::vector<std::string> titles(int first, int count) {
    std::vector<std::string> made;
    for (int i = first; i < first + count; ++i) made.push_back("title " + std::to_string(i));
    return made;
}

/// A connection with an open transaction, and the steps of a bulk insert in it.
class Steps {
  public:
    static Task<Steps> begin() {
        Steps steps{co_await BackendConnection::with_films()};
        const Outcome begun = co_await steps.connection.send(steps.connection.request(told(Verb::begin)));
        if (begun.error) std::rethrow_exception(begun.error);
        co_return steps;
    }
    bool are_missing() { return !connection.backend().capabilities().bulk; }

    Request step(Verb verb, const std::vector<std::string>& rows = {}) {
        Request request = connection.request_of_many("INSERT INTO film (title) VALUES (?)", rows);
        if (rows.empty()) request = connection.request({}, "INSERT INTO film (title) VALUES (?)", "");
        request.commands = told(verb);
        request.bulk = &table;
        return inside(std::move(request));
    }
    Task<Outcome> send(Verb verb, const std::vector<std::string>& rows = {}) {
        return connection.send(step(verb, rows));
    }
    Task<std::string> count() { return connection.ask("SELECT CAST(count(*) AS text) FROM film"); }

    BackendConnection connection;
    backend::BulkTable table{.name = "film", .columns = {"title"}, .width = 1};

  private:
    explicit Steps(BackendConnection its_connection) : connection(std::move(its_connection)) {}
};

CONFORMANCE_TEST(BackendBulk, HasItsRowsOnceItHasEnded) {
    Steps steps = co_await Steps::begin();
    if (steps.are_missing()) co_return;

    const Outcome begun = co_await steps.send(Verb::bulk_begin);
    const Outcome first = co_await steps.send(Verb::bulk_rows, titles(0, 1'000));
    const Outcome second = co_await steps.send(Verb::bulk_rows, titles(1'000, 1'000));
    const Outcome ended = co_await steps.send(Verb::bulk_end);

    for (const Outcome* outcome : {&begun, &first, &second, &ended}) {
        EXPECT_EQ(outcome->error, nullptr);
        EXPECT_EQ(outcome->done, 1U);
        EXPECT_EQ(outcome->transaction, Transaction::open);
    }
    EXPECT_EQ(ended.result.rows_affected, 2'000);
    EXPECT_EQ(co_await steps.count(), "2000");
}

CONFORMANCE_TEST(BackendBulk, IsEndedWithoutRowsByAnythingElse) {
    Steps steps = co_await Steps::begin();
    if (steps.are_missing()) co_return;
    co_await steps.send(Verb::bulk_begin);
    co_await steps.send(Verb::bulk_rows, titles(0, 1'000));

    const Outcome rolled_back = co_await steps.connection.send(inside(steps.connection.request(told(Verb::rollback))));
    const Outcome more = co_await steps.send(Verb::bulk_rows, titles(1'000, 10));

    EXPECT_EQ(rolled_back.error, nullptr);
    EXPECT_EQ(rolled_back.transaction, Transaction::none);
    EXPECT_NE(more.error, nullptr);
    EXPECT_EQ(co_await steps.count(), "0");
    EXPECT_TRUE(steps.connection.session().is_usable());
}

CONFORMANCE_TEST(BackendBulk, FailsItsTransactionWithARow) {
    Steps steps = co_await Steps::begin();
    if (steps.are_missing()) co_return;
    co_await steps.send(Verb::bulk_begin);
    auto rows = titles(0, 1'000);
    rows[700] = rows[3];
    Outcome outcome = co_await steps.send(Verb::bulk_rows, rows);
    if (!outcome.error) outcome = co_await steps.send(Verb::bulk_end);

    EXPECT_TRUE(support::is_error<UniqueViolation>(outcome));
    EXPECT_EQ(outcome.delivery, backend::Delivery::answered);
    EXPECT_EQ(outcome.transaction, Transaction::failed);
    co_await steps.connection.send(inside(steps.connection.request(told(Verb::rollback))));
    EXPECT_EQ(co_await steps.count(), "0");
}

CONFORMANCE_TEST(BackendBulk, NeedsAnOpenTransaction) {
    BackendConnection connection = co_await BackendConnection::with_films();
    if (!connection.backend().capabilities().bulk) co_return;
    const backend::BulkTable table{.name = "film", .columns = {"title"}, .width = 1};
    Request request = connection.request(told(Verb::bulk_begin), "INSERT INTO film (title) VALUES (?)", "");
    request.bulk = &table;

    const Outcome outcome = co_await connection.send(inside(std::move(request)));

    EXPECT_NE(outcome.error, nullptr);
    EXPECT_EQ(outcome.delivery, backend::Delivery::not_sent);
}

/// Nobody waits any more, at each step.
CONFORMANCE_TEST(BackendBulk, IsEndedWithoutRowsWhereAStepIsDestroyed) {
    Steps steps = co_await Steps::begin();
    if (steps.are_missing()) co_return;
    for (const int at : {0, 1, 2}) {
        if (at != 0) co_await steps.connection.send(steps.connection.request(told(Verb::begin)));
        const Verb verbs[]{Verb::bulk_begin, Verb::bulk_rows, Verb::bulk_end};
        for (int i = 0; i < at; ++i) co_await steps.send(verbs[i], titles(0, i == 1 ? 1'000 : 0));
        {
            const WatchedExchange abandoned{steps.connection.session(),
                                            steps.step(verbs[at], titles(0, at == 1 ? 50'000 : 0))};
        }

        co_await steps.connection.send(support::anywhere(steps.connection.request(told(Verb::reset))));

        EXPECT_TRUE(steps.connection.session().is_usable());
        EXPECT_EQ(co_await steps.count(), "0");
    }
}

}  // namespace
