// What is found in SQL without a database is what SQLite finds in it: parameters, one statement, what that does.
#include "statement/sql_parser.hpp"

#include <databased/error.hpp>
#include <databased/sql_text.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace {

using namespace databased;
using namespace databased::detail;

struct CloseDatabase {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// What SQLite says about a text that it can prepare.
struct Finding {
    int parameter_count;
    bool reads_only;
    bool is_explain;
    bool controls_transaction;
    std::string tail;
};

/// A database in memory whose columns need quotes.
class Sqlite {
  public:
    Sqlite() {
        sqlite3* opened = nullptr;
        sqlite3_open(":memory:", &opened);
        database_.reset(opened);
        sqlite3_exec(opened, R"(CREATE TABLE t (a, "b?", ":c", "d'e"))", nullptr, nullptr, nullptr);
        sqlite3_set_authorizer(opened, notice_action, this);
    }

    /// Nothing where SQLite refuses it, or finds no statement in it.
    std::optional<Finding> find(const std::string& sql) {
        controls_transaction_ = false;
        const char* tail = nullptr;
        const Statement statement = prepare(sql, &tail);
        if (!statement) return std::nullopt;
        return Finding{sqlite3_bind_parameter_count(statement.get()), sqlite3_stmt_readonly(statement.get()) != 0,
                       sqlite3_stmt_isexplain(statement.get()) != 0, controls_transaction_, tail};
    }

    /// Whether SQLite finds anything but blanks, comments and semicolons in it.
    bool has_statement(std::string_view sql) {
        while (!sql.empty()) {
            const char* tail = nullptr;
            const std::string text{sql};
            if (prepare(text, &tail) || sqlite3_errcode(database_.get()) != SQLITE_OK) return true;
            sql = sql.substr(static_cast<std::size_t>(tail - text.c_str()));
        }
        return false;
    }

  private:
    Statement prepare(const std::string& sql, const char** tail) {
        sqlite3_stmt* prepared = nullptr;
        sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &prepared, tail);
        return Statement{prepared};
    }

    static int notice_action(void* self, int action, const char*, const char*, const char*, const char*) {
        if (action == SQLITE_TRANSACTION || action == SQLITE_SAVEPOINT) {
            static_cast<Sqlite*>(self)->controls_transaction_ = true;
        }
        return SQLITE_OK;
    }

    std::unique_ptr<sqlite3, CloseDatabase> database_;
    bool controls_transaction_ = false;
};

/// Statements that SQLite mostly understands, full of what looks like placeholders.
class RandomStatements {
  public:
    explicit RandomStatements(unsigned seed) : generator_(seed) {}

    std::string next() {
        named_ = below(2) == 0;
        switch (below(9)) {
            case 0:
                return blank() + "INSERT INTO" + blank() + "t SELECT" + blank() + terms(4) + " FROM t" + end();
            case 1:
                return "UPDATE t" + blank() + "SET a =" + blank() + term() + " WHERE" + blank() + term() + end();
            case 2:
                return "WITH c AS (VALUES (1))" + blank() + "SELECT" + blank() + terms(2) + " FROM t" + end();
            case 3:
                return "WITH c AS (VALUES (1))" + blank() + "INSERT INTO t (a) SELECT" + blank() + term() + " FROM t" +
                       end();
            case 4:
                return "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; DELETE FROM t;" + blank() + "END" + end();
            case 5:
                return pick(transactions) + blank() + end();
            case 6:
                return "SELECT a FROM t WHERE a IN (" + terms(2) + ") LIMIT" + parameter() + end();
            default:
                return blank() + "SELECT" + blank() + terms(1 + below(4)) + " FROM t" + end();
        }
    }

    /// A statement with a few bytes put in, taken out or written twice.
    std::string next_damaged() {
        std::string text = next();
        for (std::size_t count = 1 + below(3); count > 0 && !text.empty(); --count) {
            const std::size_t place = below(text.size());
            const std::size_t kind = below(3);
            if (kind == 0) text.insert(place, pick(pieces));
            if (kind == 1) text.erase(place, 1 + below(3));
            if (kind == 2) text.insert(place, text.substr(place, 1 + below(4)));
        }
        return text;
    }

  private:
    static constexpr std::array<std::string_view, 9> blanks{" ",       "\n",        "\t ",      " /* ? :x */ ", "/**/",
                                                            "-- ?'\n", " /* /* */", "/***'?*/", "\r\n"};
    static constexpr std::array<std::string_view, 13> constants{
        "'it''s ? :x'", "''",   "'12:30:00'", "x'00ff'", "1.5e3", "0x1f", "[b?]",
        "\":c\"",       "`b?`", "\"d'e\"",    "'--'",    "'/*'",  "a"};
    static constexpr std::array<std::string_view, 4> names{":x", ":y_1", ":_", ":X"};
    static constexpr std::array<std::string_view, 6> transactions{"BEGIN", "begin immediate", "COMMIT",
                                                                  "END",   "SAVEPOINT a",     "ROLLBACK"};
    static constexpr std::array<std::string_view, 25> pieces{"?",   ":",  "::", ":x", "$",  "@",    "#",   "'", "[",
                                                             "]",   "\"", "`",  "--", "/*", "*/",   "(",   ")", ";",
                                                             "\\:", "??", "$x", "1",  "\n", "END;", "$::x"};
    static constexpr std::array<std::string_view, 4> ends{"", ";", ";;", "; -- ? :x"};

    std::string terms(std::size_t count) {
        std::string text = term();
        for (; count > 1; --count) text += "," + blank() + term();
        return text;
    }

    std::string term() {
        switch (below(6)) {
            case 0:
                return "(" + blank() + term() + ")";
            case 1:
                return "CASE WHEN" + blank() + term() + " THEN" + blank() + term() + " END";
            case 2:
            case 3:
                return parameter();
            default:
                return pick(constants);
        }
    }

    std::string parameter() { return named_ ? pick(names) : "?"; }
    std::string blank() { return pick(blanks); }
    std::string end() { return blank() + pick(ends); }

    template <std::size_t Size>
    std::string pick(const std::array<std::string_view, Size>& choices) {
        return std::string{choices.at(below(Size))};
    }

    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(generator_); }

    std::mt19937 generator_;
    bool named_ = false;
};

std::optional<ParsedSql> parse(const std::string& sql) {
    try {
        return parse_sql(sql, sqlite_dialect);
    } catch (const Error&) {
        return std::nullopt;
    }
}

void expect_agreement(const SqlText& ours, const Finding& theirs, Sqlite& sqlite) {
    EXPECT_EQ(ours.parameter_count, static_cast<std::size_t>(theirs.parameter_count));
    EXPECT_FALSE(sqlite.has_statement(theirs.tail)) << theirs.tail;
    if (ours.kind == StatementKind::plain_read) {
        EXPECT_TRUE(theirs.reads_only);
    }
    if (ours.kind == StatementKind::data_change) {
        EXPECT_FALSE(theirs.reads_only);
    }
    if (!theirs.is_explain) {
        EXPECT_EQ(ours.kind == StatementKind::transaction_control, theirs.controls_transaction);
    }
}

TEST(SqlTextAgreesWithSqlite, OnStatementsThatAreFine) {
    Sqlite sqlite;
    RandomStatements statements{1};
    for (int i = 0; i < 20000; ++i) {
        const std::string sql = statements.next();
        SCOPED_TRACE(sql);

        const auto ours = parse(sql);
        ASSERT_TRUE(ours);
        const auto as_sent = sqlite.find(ours->text->text);
        const auto as_written = sqlite.find(sql);

        ASSERT_TRUE(as_sent) << ours->text->text;
        ASSERT_TRUE(as_written);
        expect_agreement(*ours->text, *as_sent, sqlite);
        EXPECT_EQ(as_sent->parameter_count, as_written->parameter_count);
        ASSERT_FALSE(HasFailure());
    }
}

TEST(SqlTextAgreesWithSqlite, OnWhateverBothAccept) {
    Sqlite sqlite;
    RandomStatements statements{2};
    int accepted = 0;
    for (int i = 0; i < 100000; ++i) {
        const std::string sql = statements.next_damaged();
        SCOPED_TRACE(sql);

        const auto ours = parse(sql);
        const auto theirs = ours ? sqlite.find(ours->text->text) : std::nullopt;
        if (!theirs) continue;

        ++accepted;
        expect_agreement(*ours->text, *theirs, sqlite);
        ASSERT_FALSE(HasFailure());
    }
    EXPECT_GT(accepted, 10000);
}

}  // namespace
