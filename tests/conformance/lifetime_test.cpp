// Databases that end, or begin anew, in the very turn in which something of theirs is under way.
#include "support/differences.hpp"
#include "support/films.hpp"

#include <functional>
#include <optional>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::add_film;
using support::committed_films;
using support::film_database;

CONFORMANCE_SUITE(Lifetime);

/// How to end a Database while it is in use.
using Ending = std::function<Task<>(std::optional<Database>&)>;

Task<> disconnect_at_once(std::optional<Database>& database) { co_await database->disconnect(0ms); }
Task<> destroy(std::optional<Database>& database) {
    database.reset();
    co_return;
}

/// A holder gives its connection to `waiter`, and the Database ends before he has looked at it.
/// Whether the waiter's film was acknowledged.
Task<bool> end_as_waiter_is_served(Ending end, std::function<Task<>(Database&)> add) {
    std::optional<Database> database{std::in_place, support::fresh_url(), Options{.pool = {.max_size = 1}}};
    co_await database->connect();
    bool acknowledged = false;
    const auto hold = [&]() -> Task<> {
        Session holder = database->session();
        co_await holder.open();
        while (database->pool_stats().waiting == 0) co_await yield();
        co_await holder.close();
        co_await end(database);
    };
    const auto wait = [&]() -> Task<> {
        try {
            co_await add(*database);
            acknowledged = true;
        } catch (const NotConnectedError&) {
        }
    };
    co_await when_all(hold(), wait());
    co_return acknowledged;
}

Task<> add_in_session(Database& database) {
    co_await database.session([](Session& session) -> Task<> { co_await add_film(session, "in a session"); });
}

Task<support::Films> acknowledged_films(Ending end) {
    support::Films titles;
    const auto add_alone = [](Database& database) -> Task<> { co_await add_film(database, "alone"); };
    if (co_await end_as_waiter_is_served(end, add_alone)) titles.push_back("alone");
    if (co_await end_as_waiter_is_served(end, add_in_session)) titles.push_back("in a session");
    co_return titles;
}

CONFORMANCE_TEST(Lifetime, OfADatabaseThatIsDisconnectedAsAWaiterIsServedLosesNothingItAcknowledged) {
    co_await support::make_films();

    const auto acknowledged = co_await acknowledged_films(disconnect_at_once);

    EXPECT_EQ(co_await committed_films(), acknowledged);
}

CONFORMANCE_TEST(Lifetime, OfADatabaseThatIsDestroyedAsAWaiterIsServedLosesNothingItAcknowledged) {
    co_await support::make_films();

    const auto acknowledged = co_await acknowledged_films(destroy);

    EXPECT_EQ(co_await committed_films(), acknowledged);
}

CONFORMANCE_TEST(Lifetime, MayEndInTheTurnInWhichAConnectionIsReplaced) {
    for (int i = 0; i < 20; ++i) {
        {
            const Options options{.pool = {.min_size = 1, .max_lifetime = 1ms}};
            Database database{support::fresh_url(), options};
            Session session = database.session(SessionOptions{.access = Access::read});
            co_await session.open();
            const auto too_old = std::chrono::steady_clock::now() + 2ms;
            while (std::chrono::steady_clock::now() < too_old) co_await yield();
            co_await session.close();
        }
        co_await yield();
    }
}

CONFORMANCE_TEST(Lifetime, HealthMayBeAskedInTheTurnOfAReconnect) {
    auto database = co_await film_database();
    int reports = 0;
    const auto ask = [&]() -> Task<> {
        co_await database.health();
        ++reports;
    };
    const auto reconnect = [&]() -> Task<> {
        co_await database.disconnect();
        co_await database.connect();
    };

    for (int i = 0; i < 10; ++i) {
        co_await when_all(ask(), reconnect(), ask());
        co_await when_all(reconnect(), ask());
    }

    EXPECT_EQ(reports, 30);
    EXPECT_TRUE((co_await database.health()).ok());
}

/// What a Database is asked for by tasks that begin when it is gone.
std::vector<Task<>> tasks_of(Database& database) {
    const auto drop = [](auto task) -> Task<> { co_await std::move(task); };
    std::vector<Task<>> tasks;
    tasks.push_back(database.connect());
    tasks.push_back(database.ensure_connected());
    tasks.push_back(database.disconnect());
    tasks.push_back(database.close());
    tasks.push_back(database.switch_to(support::fresh_url()));
    tasks.push_back(database.wait_until_ready(1, 1ms));
    tasks.push_back(drop(database.health()));
    tasks.push_back(drop(database.execute("SELECT 1")));
    tasks.push_back(drop(database.execute_many("INSERT INTO film VALUES (?, ?, ?)", std::vector<int>{})));
    return tasks;
}

CONFORMANCE_TEST(Lifetime, OfTasksMayBeLongerThanThatOfTheirDatabase) {
    co_await support::make_films();
    for (std::size_t i = 0; i < 9; ++i) {
        std::optional<Database> database{std::in_place, support::fresh_url()};
        co_await database->connect();
        Task<> task = std::move(tasks_of(*database)[i]);

        database.reset();

        try {
            co_await std::move(task);
        } catch (const Error&) {
            // that it is not connected, where that matters
        }
    }
}

CONFORMANCE_TEST(Lifetime, OfTasksMayBeLongerThanThatOfTheirSession) {
    auto database = co_await film_database();
    std::optional<Session> session{database.session()};
    co_await add_film(*session, "Alien");
    Task<> commit = session->commit();

    session.reset();

    EXPECT_THROW(co_await std::move(commit), SessionClosedError);
    EXPECT_EQ(co_await committed_films(), support::these());
}

}  // namespace
