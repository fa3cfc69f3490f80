// Which of several threads runs a loop.
#include "blocking/leadership.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace {

using databased::detail::Follower;
using databased::detail::Gate;
using databased::detail::Leadership;
using namespace std::chrono_literals;

TEST(Leadership, IsTheFirstOnes) {
    Leadership leadership;
    Follower first;
    Follower second;

    EXPECT_TRUE(leadership.lead_or_follow(first));
    EXPECT_TRUE(leadership.leads_here());
    EXPECT_FALSE(leadership.lead_or_follow(second));
}

TEST(Leadership, GoesToThoseThatFollowInTheirOrder) {
    Leadership leadership;
    Follower first;
    Follower second;
    Follower third;
    leadership.lead_or_follow(first);
    leadership.lead_or_follow(second);
    leadership.lead_or_follow(third);

    leadership.stop_leading();
    EXPECT_FALSE(leadership.leads_here());
    EXPECT_EQ(second.wait(), Gate::Reason::lead);
    leadership.begin_to_lead();
    EXPECT_TRUE(leadership.leads_here());
    leadership.stop_leading();
    EXPECT_EQ(third.wait(), Gate::Reason::lead);
}

TEST(Leadership, IsFreeOnceNobodyFollows) {
    Leadership leadership;
    Follower first;
    Follower second;
    leadership.lead_or_follow(first);
    leadership.lead_or_follow(second);

    leadership.call(second, Gate::Reason::finished);
    leadership.stop_leading();

    EXPECT_EQ(second.wait(), Gate::Reason::finished);
    EXPECT_TRUE(leadership.lead_or_follow(second));
}

TEST(Leadership, MayCallItself) {
    Leadership leadership;
    Follower self;
    leadership.lead_or_follow(self);
    EXPECT_FALSE(self.is_called());

    leadership.call(self, Gate::Reason::body);

    EXPECT_TRUE(self.is_called());
    EXPECT_EQ(self.wait(), Gate::Reason::body);
    EXPECT_FALSE(self.is_called());
}

TEST(Leadership, OfTheKeeperEndsWhenSomebodyWantsToLead) {
    Leadership leadership;
    Follower follower;
    std::thread keeper{[&] {
        EXPECT_TRUE(leadership.lead_after(0ms));
        while (!leadership.is_keeper_disturbed()) std::this_thread::yield();
        leadership.stop_leading();
    }};

    while (leadership.lead_or_follow(follower)) leadership.stop_leading();  // until the keeper leads

    EXPECT_EQ(follower.wait(), Gate::Reason::lead);
    keeper.join();
}

TEST(Leadership, OfTheKeeperBeginsWhenNobodyElseLeads) {
    Leadership leadership;
    Follower first;
    bool is_led = leadership.lead_or_follow(first);
    std::thread keeper{[&] {
        EXPECT_TRUE(leadership.lead_after(0ms));
        EXPECT_FALSE(is_led);
        leadership.stop_leading();
    }};

    is_led = false;
    leadership.stop_leading();

    keeper.join();
}

TEST(Leadership, LetsTheKeeperEnd) {
    Leadership leadership;
    std::thread keeper{[&] {
        EXPECT_FALSE(leadership.lead_after(std::chrono::hours{1}));
        EXPECT_TRUE(leadership.is_keeper_disturbed());
        leadership.stop_leading();
    }};

    leadership.end_keeping();

    keeper.join();
}

}  // namespace
