// Messages of a transaction, with its savepoints.
#include "pending_news.hpp"

#include <string>

#include <gtest/gtest.h>

namespace {

using databased::backend::Verb;
using databased::sqlite::PendingNews;

void send(PendingNews& news, const char* payload) { news.add({"channel", payload}); }

std::string sent(PendingNews& news) {
    std::string word;
    for (const auto& message : news.take_messages()) word += message.payload;
    return word;
}

TEST(PendingNews, AreSentInTheirOrder) {
    PendingNews news;
    send(news, "a");
    send(news, "b");

    EXPECT_EQ(sent(news), "ab");
    EXPECT_TRUE(news.is_empty());
}

TEST(PendingNews, LoseWhatCameBehindASavepointThatIsRolledBackTo) {
    PendingNews news;
    send(news, "a");
    news.note({Verb::savepoint, 1});
    send(news, "b");
    news.note({Verb::savepoint, 2});
    send(news, "c");
    news.note({Verb::rollback_to, 1});
    send(news, "d");
    news.note({Verb::rollback_to, 1});
    news.note({Verb::release, 1});
    send(news, "e");

    EXPECT_EQ(sent(news), "ae");
}

TEST(PendingNews, KeepWhatCameBehindASavepointThatIsReleased) {
    PendingNews news;
    news.note({Verb::savepoint, 1});
    send(news, "a");
    news.note({Verb::savepoint, 2});
    send(news, "b");
    news.note({Verb::release, 1});
    news.note({Verb::rollback_to, 2});  // it has gone with the outer one

    EXPECT_EQ(sent(news), "ab");
}

TEST(PendingNews, LoseWhatAStatementHasSentThatFails) {
    PendingNews news;
    send(news, "a");
    const auto mark = news.mark();
    send(news, "b");
    news.take_back(mark);
    news.take_back(7);

    EXPECT_EQ(sent(news), "a");
}

}  // namespace
