// The registry of a program's databases.
#include "support/refusal.hpp"
#include "support/scripted_backend.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using support::mentions;
using support::refusal_of;

/// Of a server that is named `host`, so that tests can tell one from the other.
Config scripted(std::string_view host) {
    support::register_scripted_backend();
    return Config{}.backend("scripted").host(host).name("name");
}

TEST(DatabaseRegistry, MakesADatabaseWhenItIsFirstAskedFor) {
    DatabaseRegistry databases;
    databases.add("unused", Config{"nobody-knows://host/name"});
    databases.add("app", scripted("a"));

    Database& app = databases.get("app");

    EXPECT_EQ(&app, &databases.get("app"));
    EXPECT_EQ(app.url().host(), "a");
}

TEST(DatabaseRegistry, GivesOneInstanceToAllThreads) {
    DatabaseRegistry databases;
    databases.add("app", scripted("a"));
    std::vector<Database*> seen(4);
    std::vector<std::thread> threads;

    for (auto& each : seen) threads.emplace_back([&] { each = &databases.get("app"); });
    for (auto& thread : threads) thread.join();

    EXPECT_EQ(seen, std::vector<Database*>(4, &databases.get("app")));
}

TEST(DatabaseRegistry, RefusesANameThatIsTaken) {
    DatabaseRegistry databases;
    databases.add("app", scripted("a"));

    EXPECT_THROW(databases.add("app", scripted("b")), ConfigError);

    EXPECT_EQ(databases.get("app").url().host(), "a");
}

TEST(DatabaseRegistry, NamesTheNearestOfANameThatNobodyKnows) {
    DatabaseRegistry databases;
    databases.add("analytics", scripted("a"));

    EXPECT_PRED2(mentions, refusal_of<ConfigError>([&] { databases.get("analitics"); }), "did you mean 'analytics'?");
    EXPECT_PRED2(mentions, refusal_of<ConfigError>([&] { databases.get("x"); }), "no database 'x'");
    EXPECT_THROW(static_cast<void>(databases.override_with("x", scripted("b"))), ConfigError);
}

TEST(DatabaseRegistry, RefusesAConfigurationWithoutAPlaceAtOnce) {
    DatabaseRegistry databases;

    EXPECT_THROW(databases.add("app", Config{}), ConfigError);

    EXPECT_THROW(databases.get("app"), ConfigError);
}

TEST(DatabaseRegistry, GivesAnotherDatabaseWhileANameIsOverridden) {
    DatabaseRegistry databases;
    databases.add("app", scripted("a"));
    Database& before = databases.get("app");
    {
        const auto replacement = databases.override_with("app", scripted("b"));
        EXPECT_EQ(databases.get("app").url().host(), "b");
        EXPECT_EQ(before.url().host(), "a");
    }

    EXPECT_EQ(&databases.get("app"), &before);
}

TEST(DatabaseRegistry, ForgetsOverridesInAnyOrder) {
    DatabaseRegistry databases;
    databases.add("app", scripted("a"));
    auto first = databases.override_with("app", scripted("b"));
    auto second = databases.override_with("app", scripted("c"));

    first = std::move(second);

    EXPECT_EQ(databases.get("app").url().host(), "c");
}

ASYNC_TEST(DatabaseRegistry, DisconnectsTheLastMadeFirst) {
    support::Script script;
    DatabaseRegistry databases;
    for (const auto* name : {"a", "b", "c"}) databases.add(name, scripted(name));
    for (const auto* name : {"b", "c", "a"}) co_await databases.get(name).execute("work");

    co_await databases.disconnect_all();

    EXPECT_EQ(script.closed, support::log_of("a", "c", "b"));
    EXPECT_FALSE(databases.get("a").is_connected());
}

ASYNC_TEST(DatabaseRegistry, DisconnectsTheOthersWhenOneFails) {
    support::Script script;
    DatabaseRegistry databases;
    for (const auto* name : {"a", "b"}) databases.add(name, scripted(name).force_rollback(true));
    for (const auto* name : {"a", "b"}) co_await databases.get(name).execute("work");
    script.failures["ROLLBACK"] = "XX000";

    EXPECT_THROW(co_await databases.disconnect_all(), QueryError);

    EXPECT_FALSE(databases.get("a").is_connected());
    EXPECT_FALSE(databases.get("b").is_connected());
}

ASYNC_TEST(DatabaseRegistry, LeavesAloneWhatNobodyHasUsed) {
    support::Script script;
    DatabaseRegistry databases;
    databases.add("a", scripted("a"));
    databases.add("b", scripted("b"));
    databases.get("b");

    co_await databases.disconnect_all();
    co_await databases.get("b").execute("work");

    EXPECT_EQ(script.log, support::log_of("work"));
}

TEST(DatabaseRegistry, MayEndBeforeItsOverrides) {
    std::optional<DatabaseRegistry> databases{std::in_place};
    databases->add("app", scripted("a"));
    const auto replacement = databases->override_with("app", scripted("b"));
    databases->get("app");

    EXPECT_NO_THROW(databases.reset());
}

}  // namespace
