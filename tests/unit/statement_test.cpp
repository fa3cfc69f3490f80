// Statements are read by the rules of the backend that they are made for.
#include <databased/error.hpp>
#include <databased/statement.hpp>

#include <gtest/gtest.h>

namespace {

using namespace databased;

/// Of a backend that somebody else has registered: ?N as SQLite has it, but [..] is no quoted name.
const StatementRules foreign{.dialect = &text_dialect};
const StatementRules sqlite{.dialect = &sqlite_dialect};

TEST(Statement, IsReadByTheDialectOfItsBackendAndNoOther) {
    const auto in_foreign = Statement::make(foreign, "SELECT a[?]", 1);
    const auto in_sqlite = Statement::make(sqlite, "SELECT a[?]", 1);

    EXPECT_NO_THROW(in_foreign->check());
    EXPECT_THROW(in_sqlite->check(), ParameterError);
}

TEST(Statement, IsReadAnewWhereADialectWasNotAskedBefore) {
    const auto in_sqlite = Statement::make(sqlite, "SELECT b[?]");
    const auto in_foreign = Statement::make(foreign, "SELECT b[?]", 1);

    EXPECT_EQ(in_sqlite->text().parameter_count, 0U);
    ASSERT_NO_THROW(in_foreign->check());
    EXPECT_EQ(in_foreign->text().parameter_count, 1U);
}

}  // namespace
