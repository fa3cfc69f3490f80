// What is prepared under which name, and what follows when the server says that it is not; without a server.
#include "server_statements.hpp"

#include <databased/statement.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using databased::postgresql_dialect;
using databased::Statement;
using databased::StatementRules;
using namespace databased::postgresql;

/// For one connection.
struct Connection {
    TypeCatalog catalog{};
    Proofs proofs{};
    ServerStatements statements{catalog, proofs};
};

Statement::Pointer statement(const std::string& sql) {
    return Statement::make(StatementRules{.dialect = &postgresql_dialect}, sql);
}

TEST(ServerStatements, ArePreparedOnceForAText) {
    Connection connection;
    const auto first = connection.statements.find_first(*statement("SELECT 1"));
    EXPECT_FALSE(first->is_prepared);
    connection.statements.prepared(*first);
    EXPECT_EQ(connection.statements.find_first(*statement("SELECT 1")), first);
    EXPECT_NE(connection.statements.find_first(*statement("SELECT 2"))->name, first->name);
}

TEST(ServerStatements, ArePreparedAnewWhenTheSchemaHasChanged) {
    Connection connection;
    const auto first = connection.statements.find_first(*statement("SELECT 1"));
    connection.statements.prepared(*first);
    connection.catalog.schema_changed();
    const auto second = connection.statements.find_first(*statement("SELECT 1"));
    EXPECT_FALSE(second->is_prepared);
    EXPECT_NE(second->name, first->name);
    EXPECT_EQ(connection.statements.take_evicted(), std::vector<std::string>{first->name});
    EXPECT_FALSE(connection.statements.has_evicted());
}

TEST(ServerStatements, HaveNoNamesWhereTheTextMayMeanSomethingElse) {
    Connection connection;
    connection.statements.distrust_names();
    EXPECT_EQ(connection.statements.find_first(*statement("SELECT 1"))->name, "");
    connection.statements.trust_names();
    EXPECT_NE(connection.statements.find_first(*statement("SELECT 1"))->name, "");
}

TEST(ServerStatements, HaveNoNamesWithoutACapacity) {
    Connection connection;
    connection.statements.set_capacity(0);
    EXPECT_EQ(connection.statements.find_first(*statement("SELECT 1"))->name, "");
    EXPECT_EQ(connection.statements.find_verb("COMMIT"), nullptr);
}

TEST(ServerStatements, LeaveANameToWhoHasTakenIt) {
    Connection connection;
    const auto first = connection.statements.find_first(*statement("SELECT 1"));
    const auto verb = connection.statements.find_verb("COMMIT");
    connection.statements.refused(first, true);
    const auto other = connection.statements.find_verb("BEGIN");
    connection.statements.refused(verb, true);
    EXPECT_NE(connection.statements.find_first(*statement("SELECT 1"))->name, first->name);
    EXPECT_NE(connection.statements.find_verb("COMMIT")->name, verb->name);
    EXPECT_NE(connection.statements.find_verb("BEGIN")->name, other->name);  // he may have taken more
    EXPECT_FALSE(connection.statements.has_evicted());                       // somebody else's is not dropped
}

TEST(ServerStatements, KeepTheNameOfWhatWasSkipped) {
    Connection connection;
    const auto verb = connection.statements.find_verb("COMMIT");
    connection.statements.prepared(*verb);
    connection.statements.skipped(*verb);
    EXPECT_EQ(connection.statements.find_verb("COMMIT"), verb);
    EXPECT_FALSE(verb->is_prepared);
}

TEST(ServerStatements, NeverUseTheNameOfAMissingVerbAgain) {
    Connection connection;
    const auto verb = connection.statements.find_verb("COMMIT");
    connection.statements.verbs_are_missing();
    EXPECT_NE(connection.statements.find_verb("COMMIT")->name, verb->name);
}

}  // namespace
