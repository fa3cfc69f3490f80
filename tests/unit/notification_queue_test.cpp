// The bounded queue of a listener.
#include "listening/notification_queue.hpp"

#include <string>

#include <gtest/gtest.h>

namespace {

using databased::Notification;
using databased::detail::NotificationQueue;

/// All that is left in it, in one word: payloads, and "?" for gaps.
std::string drain(NotificationQueue& queue) {
    std::string word;
    while (const auto next = queue.pop()) word += next->may_have_missed ? "?" : next->payload;
    return word;
}

TEST(NotificationQueue, IsFirstInFirstOut) {
    NotificationQueue queue{3};
    queue.push("channel", "a");
    queue.push("channel", "b");

    const auto first = queue.pop();

    EXPECT_EQ(first->channel, "channel");
    EXPECT_EQ(first->payload, "a");
    EXPECT_EQ(drain(queue), "b");
    EXPECT_TRUE(queue.empty());
}

TEST(NotificationQueue, HasAGapWhereItDroppedWhatDidNotFit) {
    NotificationQueue queue{2};
    for (const char* payload : {"a", "b", "c", "d"}) queue.push("channel", payload);

    EXPECT_EQ(drain(queue), "ab?");
}

TEST(NotificationQueue, TakesMoreBehindAGapOnceThereIsRoom) {
    NotificationQueue queue{2};
    for (const char* payload : {"a", "b", "c"}) queue.push("channel", payload);
    queue.pop();
    queue.pop();
    queue.push("channel", "d");

    EXPECT_EQ(drain(queue), "?d");
}

TEST(NotificationQueue, HasOneGapForSeveral) {
    NotificationQueue queue{2};
    queue.push_gap();
    queue.push_gap();
    queue.push("channel", "a");
    queue.push_gap();
    queue.push("channel", "lost");

    EXPECT_EQ(drain(queue), "?a?");
}

TEST(NotificationQueue, KeepsAGapAlsoIfItIsFull) {
    NotificationQueue queue{1};
    queue.push("channel", "a");
    queue.push_gap();

    EXPECT_EQ(drain(queue), "a?");
}

}  // namespace
