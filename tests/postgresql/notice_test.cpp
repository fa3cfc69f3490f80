// What the server says beside its answers.
#include "support/async.hpp"
#include "support/postgresql_server.hpp"
#include "support/refusal.hpp"

#include <databased/databased.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace databased;
using support::TestDatabase;

constexpr const char* says_hello =
    "DO $$ BEGIN RAISE NOTICE 'hello' USING ERRCODE = 'AB123', DETAIL = 'to all', HINT = 'say it again'; END $$";

ASYNC_TEST(Notice, ReachesTheHook) {
    const TestDatabase place;
    Database database{place.url()};
    std::vector<Notice> notices;
    database.on_notice([&](const Notice& notice) { notices.push_back(notice); });

    co_await database.execute(says_hello);

    EXPECT_EQ(notices.size(), 1u);
    const Notice first = notices.empty() ? Notice{} : notices[0];
    EXPECT_EQ(first.severity, "NOTICE");
    EXPECT_EQ(first.sqlstate, "AB123");
    EXPECT_EQ(first.message, "hello");
    EXPECT_EQ(first.detail, "to all");
    EXPECT_EQ(first.hint, "say it again");
}

ASYNC_TEST(Notice, ComesInItsOrderFromAScriptToo) {
    const TestDatabase place;
    Database database{place.url()};
    std::vector<std::string> said;
    database.on_notice([&](const Notice& notice) { said.push_back(notice.severity + " " + notice.message); });

    co_await database.execute_script(
        "CREATE TABLE film (id int);\n"
        "CREATE TABLE IF NOT EXISTS film (id int);\n"
        "DO $$ BEGIN RAISE WARNING 'done'; END $$;");

    EXPECT_EQ(said, (std::vector<std::string>{"NOTICE relation \"film\" already exists, skipping", "WARNING done"}));
}

ASYNC_TEST(Notice, IsHeardByAHookThatComesLater) {
    const TestDatabase place;
    Database database{place.url()};
    int heard = 0;
    co_await database.execute(says_hello);

    database.on_notice([&](const Notice&) { ++heard; });
    co_await database.execute(says_hello);

    EXPECT_EQ(heard, 1);
}

ASYNC_TEST(Notice, IsAnsweredByAFailingHookWithAWarning) {
    const TestDatabase place;
    Database database{place.url()};
    std::string warning;
    database.on_warning([&](std::string_view text) { warning = text; });
    database.on_notice([](const Notice&) { throw std::runtime_error("not now"); });

    co_await database.execute(says_hello);

    EXPECT_PRED2(support::mentions, warning, "not now");
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

ASYNC_TEST(Notice, IsNotSaidOfWhatTheLibraryDoesBetweenUsers) {
    const TestDatabase place;
    Database database{place.url()};
    int heard = 0;
    database.on_notice([&](const Notice&) { ++heard; });

    co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("SET search_path TO pg_catalog");
        co_await session.execute("CREATE TEMP TABLE mine (id int)");
    });
    co_await database.execute("SELECT 1");
    co_await database.disconnect();

    EXPECT_EQ(heard, 0);
}

}  // namespace
