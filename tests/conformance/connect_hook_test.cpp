// Statements of the hook on_connect() are statements like any others.
#include "support/conformance.hpp"
#include "support/thrown.hpp"

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::Event;
using support::fails_with;
using support::fresh_url;
using support::thrown;

CONFORMANCE_SUITE(ConnectHook);

/// It ends only when it is stopped.
constexpr const char* endless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 - 1 FROM n) SELECT count(*) FROM n";

CONFORMANCE_TEST(ConnectHook, CannotBeginATransaction) {
    auto setup = co_await support::fresh_database("CREATE TABLE notes (body TEXT)");
    Database database{fresh_url()};
    bool is_refused = false;
    database.on_connect([&](Connection& connection) -> Task<> {
        is_refused = co_await fails_with<SessionStateError>(connection.execute("BEGIN"));
    });

    co_await database.execute("INSERT INTO notes VALUES ('kept')");

    EXPECT_TRUE(is_refused);
    EXPECT_EQ(co_await setup.fetch_val<int>("SELECT count(*) FROM notes"), 1);
}

CONFORMANCE_TEST(ConnectHook, IsStoppedByATimeLimitInside) {
    Database database{fresh_url()};
    bool timed_out = false;
    database.on_connect([&](Connection& connection) -> Task<> {
        timed_out = co_await fails_with<TimeoutError>(with_timeout(50ms, connection.fetch_val<std::int64_t>(endless)));
    });

    co_await database.connect();

    EXPECT_TRUE(timed_out);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

CONFORMANCE_TEST(ConnectHook, TakesNoLongerThanAnybodyWaitsForAConnection) {
    Database database{fresh_url(), {.pool = {.acquire_timeout = 100ms}}};
    Event never;
    database.on_connect([&](Connection&) -> Task<> { co_await never.wait(); });

    const auto error = co_await thrown<TimeoutError>(database.fetch_val<int>("SELECT 1"));

    EXPECT_NE(std::string_view{error.what()}.find("on_connect"), std::string_view::npos) << error.what();
    EXPECT_FALSE(database.is_connected());
}

CONFORMANCE_TEST(ConnectHook, EndsStatementsThatTakeTooLong) {
    Database database{fresh_url(), {.pool = {.acquire_timeout = 100ms}}};
    database.on_connect([&](Connection& connection) -> Task<> { co_await connection.execute(endless); });

    EXPECT_TRUE(co_await fails_with<TimeoutError>(database.fetch_val<int>("SELECT 1")));
}

CONFORMANCE_TEST(ConnectHook, RunsManyItemsOrNone) {
    auto setup = co_await support::fresh_database("CREATE TABLE notes (number INTEGER PRIMARY KEY)");
    Database database{fresh_url()};
    const std::vector<int> numbers{1, 2, 1};
    bool has_failed = false;
    database.on_connect([&](Connection& connection) -> Task<> {
        has_failed =
            co_await fails_with<UniqueViolation>(connection.execute_many("INSERT INTO notes VALUES (?)", numbers));
    });

    co_await database.connect();

    EXPECT_TRUE(has_failed);
    EXPECT_EQ(co_await setup.fetch_val<int>("SELECT count(*) FROM notes"), 0);
}

CONFORMANCE_TEST(ConnectHook, BeforeASessionTakesNoLongerThanAnybodyWaitsForAConnection) {
    Database database{fresh_url(), {.pool = {.acquire_timeout = 100ms}}};
    Event never;
    database.before_session([&](NewSession&) -> Task<> { co_await never.wait(); });
    Session session = database.session();

    const auto error = co_await thrown<TimeoutError>(session.open());

    EXPECT_NE(std::string_view{error.what()}.find("before_session"), std::string_view::npos) << error.what();
}

}  // namespace
