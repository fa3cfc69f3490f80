// Messages between programs, sent with a commit.
#include "support/differences.hpp"
#include "support/films.hpp"

#include <optional>
#include <string>
#include <vector>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::ChangedMyMind;
using support::fresh_database;

CONFORMANCE_SUITE(Notifications);

Task<Notification> soon(Listener& listener) { return with_timeout(10s, listener.next()); }

/// What the next messages are, "channel payload" each; what may have been missed is "?".
Task<std::vector<std::string>> next(Listener& listener, std::size_t count) {
    std::vector<std::string> said;
    while (said.size() < count) {
        const Notification notification = co_await soon(listener);
        said.push_back(notification.may_have_missed ? "?" : notification.channel + " " + notification.payload);
    }
    co_return said;
}

template <class... Word>
std::vector<std::string> words(Word... word) {
    return std::vector<std::string>{word...};
}

CONFORMANCE_TEST(Notifications, ReachWhoListensToTheirChannel) {
    auto database = co_await fresh_database();
    Listener listener = co_await database.listen("jobs", "news");

    co_await database.notify("jobs", "first");
    co_await database.notify("gossip", "unheard");
    co_await database.notify("news");

    EXPECT_EQ(co_await next(listener, 2), words("jobs first", "news "));
}

CONFORMANCE_TEST(Notifications, ReachAnotherDatabaseOfTheSamePlace) {
    auto database = co_await fresh_database();
    auto other = co_await fresh_database();
    Listener listener = co_await database.listen("jobs");

    co_await other.notify("jobs", "from there");

    EXPECT_EQ(co_await next(listener, 1), words("jobs from there"));
}

CONFORMANCE_TEST(Notifications, ReachEachListenerOfAChannel) {
    auto database = co_await fresh_database();
    Listener first = co_await database.listen("jobs");
    Listener second = co_await database.listen("jobs", "jobs");

    co_await database.notify("jobs", "a");
    co_await database.notify("jobs", "b");

    EXPECT_EQ(co_await next(first, 2), words("jobs a", "jobs b"));
    EXPECT_EQ(co_await next(second, 2), words("jobs a", "jobs b"));
}

CONFORMANCE_TEST(Notifications, OfASessionAreSentWithItsCommit) {
    auto database = co_await fresh_database();
    Listener listener = co_await database.listen("jobs");

    co_await database.session([&](Session& session) -> Task<> {
        co_await session.notify("jobs", "with the commit");
        co_await database.notify("jobs", "before");
    });

    EXPECT_EQ(co_await next(listener, 2), words("jobs before", "jobs with the commit"));
}

CONFORMANCE_TEST(Notifications, OfASessionThatIsRolledBackAreNotSent) {
    auto database = co_await fresh_database();
    Listener listener = co_await database.listen("jobs");
    const auto body = [](Session& session) -> Task<> {
        co_await session.notify("jobs", "never");
        throw ChangedMyMind();
    };

    EXPECT_THROW(co_await database.session(body), ChangedMyMind);
    co_await database.notify("jobs", "next");

    EXPECT_EQ(co_await next(listener, 1), words("jobs next"));
}

CONFORMANCE_TEST(Notifications, OfAChildSessionGoWithIt) {
    auto database = co_await fresh_database();
    Listener listener = co_await database.listen("jobs");

    co_await database.session([](Session& session) -> Task<> {
        co_await session.notify("jobs", "one");
        Session lost = session.transaction();
        co_await lost.notify("jobs", "never");
        Session inner = lost.transaction();
        co_await inner.notify("jobs", "never either");
        co_await inner.commit();
        co_await lost.rollback();
        Session kept = session.transaction();
        co_await kept.notify("jobs", "two");
        co_await kept.commit();
    });

    EXPECT_EQ(co_await next(listener, 2), words("jobs one", "jobs two"));
}

CONFORMANCE_TEST(Notifications, OfAReadSessionAreSent) {
    auto database = co_await fresh_database();
    Listener listener = co_await database.listen("jobs");
    const SessionOptions reading{.access = Access::read};

    co_await database.session(reading, [](Session& session) -> Task<> { co_await session.notify("jobs", "read"); });

    EXPECT_EQ(co_await next(listener, 1), words("jobs read"));
}

CONFORMANCE_TEST(Notifications, AreHeldBackUnderForceRollback) {
    Options options;
    options.force_rollback = true;
    auto database = co_await fresh_database({}, options);
    auto other = co_await fresh_database();
    Listener listener = co_await database.listen("jobs");

    co_await database.notify("jobs", "never");
    co_await other.notify("jobs", "of others");

    EXPECT_EQ(co_await next(listener, 1), words("jobs of others"));
}

CONFORMANCE_TEST(Notifications, HaveChannelsOfAnyName) {
    auto database = co_await fresh_database();
    const std::string longest(63, 'x');
    const std::vector<std::string> names{
        "Jobs", "jobs", "two words", "a\"quote", "it's; DROP TABLE t", "$1 ? :a", "\xC3\xA4\xE2\x82\xAC",
        "a\\b", longest};
    Listener listener = co_await database.listen_to(names);

    for (const std::string& name : names) co_await database.notify(name, name);

    for (const std::string& name : names) {
        const Notification notification = co_await soon(listener);
        EXPECT_EQ(notification.channel, name);
        EXPECT_EQ(notification.payload, name);
    }
}

CONFORMANCE_TEST(Notifications, AreRefusedWithAChannelThatNoDatabaseTakes) {
    auto database = co_await fresh_database();
    const std::string nul{"a\0b", 3};

    for (const std::string& name : {std::string{}, std::string(64, 'x'), nul}) {
        EXPECT_THROW(co_await database.notify(name), ParameterError);
        EXPECT_THROW(co_await database.listen(name), ParameterError);
    }
    EXPECT_THROW(co_await database.listen(), ParameterError);
}

CONFORMANCE_TEST(Notifications, HavePayloadsOf7999BytesAtMost) {
    auto database = co_await fresh_database();
    Listener listener = co_await database.listen("jobs");
    const std::string longest(7999, 'x');
    const std::string too_long(8000, 'x');
    const std::string nul{"a\0b", 3};

    EXPECT_THROW(co_await database.notify("jobs", too_long), ParameterError);
    EXPECT_THROW(co_await database.notify("jobs", nul), ParameterError);
    co_await database.notify("jobs", longest);

    const Notification notification = co_await soon(listener);
    EXPECT_EQ(notification.payload, longest);
}

CONFORMANCE_TEST(Notifications, AreNotLostOnWhoStopsWaiting) {
    auto database = co_await fresh_database();
    Listener listener = co_await database.listen("jobs");

    EXPECT_THROW(co_await with_timeout(1ms, listener.next()), TimeoutError);
    co_await database.notify("jobs", "kept");

    EXPECT_EQ(co_await next(listener, 1), words("jobs kept"));
}

CONFORMANCE_TEST(Notifications, AreSharedByThoseWhoWaitOnOneListener) {
    auto database = co_await fresh_database();
    Listener listener = co_await database.listen("jobs");
    const auto send = [&]() -> Task<> {
        co_await database.notify("jobs", "a");
        co_await database.notify("jobs", "b");
    };

    const auto [first, second, nothing] = co_await when_all(soon(listener), soon(listener), send());

    EXPECT_EQ(first.payload, "a");
    EXPECT_EQ(second.payload, "b");
}

CONFORMANCE_TEST(Notifications, AreBoundedForWhoDoesNotAskForThem) {
    auto database = co_await fresh_database();
    Listener slow = co_await database.listen("jobs");
    Listener quick = co_await database.listen("end");
    const std::size_t sent = Listener::capacity + 10;

    co_await database.session([&](Session& session) -> Task<> {
        for (std::size_t i = 0; i < sent; ++i) co_await session.notify("jobs", std::to_string(i));
    });
    co_await database.notify("end");
    co_await soon(quick);

    for (std::size_t i = 0; i < Listener::capacity; ++i) {
        const Notification notification = co_await soon(slow);
        EXPECT_EQ(notification.payload, std::to_string(i));
    }
    EXPECT_EQ(co_await next(slow, 1), words("?"));
    co_await database.notify("jobs", "behind the gap");
    EXPECT_EQ(co_await next(slow, 1), words("jobs behind the gap"));
}

CONFORMANCE_TEST(Notifications, EndWithClose) {
    auto database = co_await fresh_database();
    Listener listener = co_await database.listen("jobs");
    co_await database.notify("jobs", "unread");

    co_await listener.close();
    co_await listener.close();

    EXPECT_THROW(co_await listener.next(), SessionClosedError);
}

CONFORMANCE_TEST(Notifications, EndForWhoWaitsWhenTheListenerIsClosed) {
    auto database = co_await fresh_database();
    Listener listener = co_await database.listen("jobs");
    const auto wait = [&]() -> Task<> { EXPECT_THROW(co_await listener.next(), SessionClosedError); };

    co_await when_all(wait(), listener.close());
}

CONFORMANCE_TEST(Notifications, EndForWhoWaitsWhenTheDatabaseDisconnects) {
    auto database = co_await fresh_database();
    Listener listener = co_await database.listen("jobs");
    const auto wait = [&]() -> Task<> { EXPECT_THROW(co_await listener.next(), NotConnectedError); };

    co_await when_all(wait(), database.disconnect());

    EXPECT_THROW(co_await listener.next(), NotConnectedError);
}

CONFORMANCE_TEST(Notifications, EndWithTheDatabaseThatTheListenerOutlives) {
    std::optional<Database> database;
    database.emplace(co_await fresh_database());
    Listener listener = co_await database->listen("jobs");

    database.reset();

    EXPECT_THROW(co_await listener.next(), NotConnectedError);
}

CONFORMANCE_TEST(Notifications, AreHeardAgainAfterConnectingAnew) {
    auto database = co_await fresh_database();
    Listener before = co_await database.listen("jobs");
    co_await database.disconnect();
    co_await database.connect();

    Listener listener = co_await database.listen("jobs");
    co_await database.notify("jobs", "again");

    EXPECT_EQ(co_await next(listener, 1), words("jobs again"));
    EXPECT_THROW(co_await before.next(), NotConnectedError);
}

CONFORMANCE_TEST(Notifications, AreHeardByADatabaseThatNobodyHasConnected) {
    Database database{support::fresh_url()};

    Listener listener = co_await database.listen("jobs");
    co_await database.notify("jobs", "first");

    EXPECT_EQ(co_await next(listener, 1), words("jobs first"));
}

CONFORMANCE_TEST(Notifications, UseNoConnectionOfThePool) {
    Options options;
    options.pool.max_size = 1;
    options.pool.acquire_timeout = 0ms;
    auto database = co_await fresh_database({}, options);
    Listener listener = co_await database.listen("jobs");

    EXPECT_EQ(database.pool_stats().in_use, 0U);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

CONFORMANCE_TEST(Notifications, AreNotHeardByExecute) {
    auto database = co_await fresh_database();

    try {
        co_await database.execute("LISTEN jobs");
        ADD_FAILURE() << "LISTEN was accepted";
    } catch (const NotSupportedError& error) {
        EXPECT_NE(std::string_view{error.what()}.find("Database::listen()"), std::string_view::npos) << error.what();
    }
}

CONFORMANCE_TEST(Notifications, AreHeardInTheOrderOfCommits) {
    auto database = co_await fresh_database("CREATE TABLE counter (n INTEGER)");
    co_await database.execute("INSERT INTO counter VALUES (0)");
    Listener listener = co_await database.listen("count");
    const auto count = [&]() -> Task<> {
        for (int i = 0; i < 20; ++i) {
            co_await database.session([](Session& session) -> Task<> {
                co_await session.execute("UPDATE counter SET n = n + 1");
                const auto n = co_await session.fetch_val<std::int64_t>("SELECT n FROM counter");
                co_await session.notify("count", std::to_string(n.value()));
            });
        }
    };

    co_await when_all(count(), count(), count());

    for (int i = 1; i <= 60; ++i) {
        const Notification notification = co_await soon(listener);
        EXPECT_EQ(notification.payload, std::to_string(i));
    }
}

TEST_P(Notifications, AreHeardInALaterRunOfTheLoop) {
    EventLoop loop;
    Database database{support::fresh_url()};
    std::optional<Listener> listener;
    const auto begin = [&]() -> Task<> { listener.emplace(co_await database.listen("jobs")); };
    const auto go_on = [&]() -> Task<> {
        co_await database.notify("jobs", "later");
        EXPECT_EQ(co_await next(*listener, 1), words("jobs later"));
    };

    loop.run(begin());
    loop.run(go_on());
    loop.run(database.disconnect());
}

TEST_P(Notifications, EndWithTheirLoop) {
    Database database{support::fresh_url()};
    std::optional<Listener> listener;
    const auto begin = [&]() -> Task<> { listener.emplace(co_await database.listen("jobs")); };
    const auto go_on = [&]() -> Task<> {
        EXPECT_THROW(co_await listener->next(), NotConnectedError);
        co_await database.connect();
        Listener again = co_await database.listen("jobs");
        co_await database.notify("jobs", "later");
        EXPECT_EQ(co_await next(again, 1), words("jobs later"));
    };

    run(begin());
    EXPECT_FALSE(database.is_connected());
    run(go_on());
}

CONFORMANCE_TEST(Notifications, AreNothingForWhoWasStoppedAsHeBeganToListen) {
    auto database = co_await fresh_database();
    const auto listen = [&]() -> Task<> { co_await database.listen("jobs"); };
    const auto fail = []() -> Task<> {
        throw ChangedMyMind();
        co_return;
    };

    try {
        co_await when_all(listen(), fail());
    } catch (const ChangedMyMind&) {
        // as it should be
    }

    Listener listener = co_await database.listen("jobs");
    co_await database.notify("jobs", "first");
    EXPECT_EQ(co_await next(listener, 1), words("jobs first"));
}

}  // namespace
