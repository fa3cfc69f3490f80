// Which channels a connection is told, and who hears them.
#include "listening/channel_registry.hpp"
#include "listening/backoff.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased::detail;
using namespace std::chrono_literals;

using Names = std::vector<std::string>;

/// Tells the connection all that is to be told; what that was: "+a" and "-a".
std::string settle(ChannelRegistry& registry) {
    std::string told;
    while (const auto channel = registry.next_to_listen()) {
        registry.heard(*channel);
        told += "+" + *channel;
    }
    while (const auto channel = registry.next_to_unlisten()) {
        registry.unheard(*channel);
        told += "-" + *channel;
    }
    return told;
}

TEST(ChannelRegistry, HearsEachChannelOnceForAll) {
    QueuedSubscription first{Names{"a", "b"}};
    QueuedSubscription second{Names{"b"}};
    ChannelRegistry registry;
    registry.add(first);
    registry.add(second);

    EXPECT_EQ(settle(registry), "+a+b");
    EXPECT_EQ(settle(registry), "");
    EXPECT_EQ(registry.subscriptions("a"), std::vector<Subscription*>{&first});
    EXPECT_EQ(registry.subscriptions("b"), (std::vector<Subscription*>{&first, &second}));
    EXPECT_TRUE(registry.subscriptions("c").empty());
}

TEST(ChannelRegistry, HearsNoLongerWhatNobodyWants) {
    QueuedSubscription first{Names{"a", "b"}};
    QueuedSubscription second{Names{"b"}};
    ChannelRegistry registry;
    registry.add(first);
    registry.add(second);
    settle(registry);

    registry.remove(first);

    EXPECT_EQ(settle(registry), "-a");
    registry.remove(second);
    EXPECT_EQ(settle(registry), "-b");
    EXPECT_TRUE(registry.is_empty());
}

TEST(ChannelRegistry, TellsASubscriptionOnceWhereItNamesAChannelTwice) {
    QueuedSubscription subscription{Names{"a", "a"}};
    ChannelRegistry registry;
    registry.add(subscription);

    EXPECT_EQ(registry.subscriptions("a").size(), 1U);
    registry.remove(subscription);
    EXPECT_TRUE(registry.subscriptions("a").empty());
}

TEST(ChannelRegistry, KnowsWhoseChannelsAreHeard) {
    QueuedSubscription subscription{Names{"a", "b"}};
    ChannelRegistry registry;
    registry.add(subscription);

    registry.heard("a");
    EXPECT_FALSE(registry.is_heard(subscription));
    registry.heard("b");
    EXPECT_TRUE(registry.is_heard(subscription));
    registry.nothing_heard();
    EXPECT_FALSE(registry.is_heard(subscription));
}

TEST(Backoff, TriesAtOnceAndThenMoreAndMoreSeldom) {
    Backoff backoff;

    EXPECT_EQ(backoff.next(), 0ms);
    EXPECT_EQ(backoff.next(), 50ms);
    EXPECT_EQ(backoff.next(), 100ms);
    for (int i = 0; i < 20; ++i) backoff.next();
    EXPECT_EQ(backoff.next(), Backoff::longest);
    backoff.reset();
    EXPECT_EQ(backoff.next(), 0ms);
}

}  // namespace
