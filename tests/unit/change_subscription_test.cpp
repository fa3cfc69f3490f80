// What a live query knows of changes.
#include "watching/change_subscription.hpp"

#include <gtest/gtest.h>

namespace {

using databased::detail::ChangeSubscription;

TEST(ChangeSubscription, HasNewsForWhoHasNotLooked) {
    const ChangeSubscription changes{{"films"}};

    EXPECT_TRUE(changes.has_news_since({}));
    EXPECT_FALSE(changes.has_news_since(changes.now()));
}

TEST(ChangeSubscription, HasNewsOnceItWasTold) {
    ChangeSubscription changes{{"films"}};
    const auto seen = changes.now();

    changes.tell("films", "");

    EXPECT_TRUE(changes.has_news_since(seen));
    EXPECT_FALSE(changes.has_news_since(changes.now()));
}

TEST(ChangeSubscription, KeepsWhatComesWhileSomebodyLooks) {
    ChangeSubscription changes{{"films"}};
    changes.tell("films", "");
    const auto seen = changes.now();  // and looks

    changes.tell("films", "");
    changes.tell("films", "");

    EXPECT_TRUE(changes.has_news_since(seen));
}

TEST(ChangeSubscription, TellsAGapFromAChange) {
    ChangeSubscription changes{{"films"}};
    const auto seen = changes.now();

    changes.tell("films", "");
    EXPECT_EQ(changes.now().gaps, seen.gaps);
    changes.tell_gap();

    EXPECT_NE(changes.now().gaps, seen.gaps);
    EXPECT_TRUE(changes.has_news_since(seen));
}

}  // namespace
