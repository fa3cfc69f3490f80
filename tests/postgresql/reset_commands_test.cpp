// What is sent between two users, and what follows from the answers; without a server.
#include "session_reset.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using databased::postgresql::Debt;
using databased::postgresql::KeptState;
using databased::postgresql::SessionReset;

std::vector<std::string> texts(SessionReset& reset) {
    std::vector<std::string> sql;
    for (const auto& command : reset.commands()) sql.push_back(command.sql);
    return sql;
}

/// All commands are answered, and none failed.
SessionReset::Next answered(SessionReset& reset, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) reset.carried_out();
    return reset.ended();
}

TEST(ResetCommands, PayWhatIsOwed) {
    SessionReset reset;
    reset.owe(Debt::all);
    const auto count = texts(reset).size();
    EXPECT_TRUE(reset.is_under_way());
    EXPECT_EQ(answered(reset, count), SessionReset::Next::clean);
    EXPECT_FALSE(reset.is_owed());
}

TEST(ResetCommands, ForNumbersAloneAreOne) {
    SessionReset reset;
    reset.owe(Debt::numbers);
    EXPECT_EQ(texts(reset), std::vector<std::string>{"DISCARD SEQUENCES"});
}

TEST(ResetCommands, BringBackWhatIsKept) {
    SessionReset reset;
    reset.keep({.settings = {{"work_mem", "11MB"}}, .channels = {"fi\"lms"}});
    reset.owe(Debt::all);
    const auto commands = reset.commands();
    EXPECT_EQ(commands.back().values, (std::vector<std::string>{"work_mem", "11MB"}));
    EXPECT_EQ(commands[commands.size() - 2].sql, "LISTEN \"fi\"\"lms\"");
}

TEST(ResetCommands, DropStatementsThatWereFound) {
    SessionReset reset;
    reset.keep({.statements = {"kept"}});
    reset.owe(Debt::all);
    const auto count = texts(reset).size();
    reset.has_statement("kept");
    reset.has_statement("mine");
    EXPECT_EQ(answered(reset, count), SessionReset::Next::again);
    EXPECT_EQ(texts(reset), std::vector<std::string>{"DEALLOCATE \"mine\""});
    EXPECT_EQ(answered(reset, 1), SessionReset::Next::clean);
}

TEST(ResetCommands, ThatWereSkippedAreStillOwed) {
    SessionReset reset;
    reset.owe(Debt::all);
    reset.commands();
    EXPECT_EQ(reset.ended(), SessionReset::Next::owed);
    EXPECT_TRUE(reset.is_owed());
    EXPECT_FALSE(reset.is_under_way());
}

TEST(ResetCommands, ThatTheServerDoesNotKnowBecomeDiscardAll) {
    SessionReset reset;
    reset.owe(Debt::all);
    reset.commands();
    reset.failed("0A000");
    EXPECT_EQ(reset.ended(), SessionReset::Next::again);
    EXPECT_EQ(texts(reset), std::vector<std::string>{"DISCARD ALL"});
    reset.failed("0A000");
    EXPECT_EQ(reset.ended(), SessionReset::Next::hopeless);
}

TEST(ResetCommands, ForDroppedStatementsAreDiscardAllAndThenWhatIsKept) {
    SessionReset reset;
    reset.keep({.settings = {{"work_mem", "11MB"}}});
    reset.owe(Debt::statements);
    EXPECT_EQ(texts(reset), std::vector<std::string>{"DISCARD ALL"});
    EXPECT_TRUE(reset.drops_statements());
    EXPECT_EQ(answered(reset, 1), SessionReset::Next::again);
    EXPECT_EQ(reset.commands().back().values, (std::vector<std::string>{"work_mem", "11MB"}));
    EXPECT_EQ(answered(reset, 2), SessionReset::Next::clean);
}

TEST(ResetCommands, CannotBringBackObjects) {
    SessionReset reset;
    reset.keep({.has_objects = true});
    reset.owe(Debt::numbers);
    EXPECT_TRUE(reset.is_possible());
    reset.owe(Debt::all);
    EXPECT_FALSE(reset.is_possible());
}

TEST(ResetCommands, BehindAPoolerAskForNothingInASecondFlight) {
    SessionReset reset;
    reset.behind_pooler();
    reset.owe(Debt::statements);
    for (const auto& sql : texts(reset)) EXPECT_FALSE(sql.starts_with("DISCARD ALL")) << sql;
    reset.failed("0A000");
    EXPECT_EQ(reset.ended(), SessionReset::Next::hopeless);
}

}  // namespace
