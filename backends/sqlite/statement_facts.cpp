#include "statement_facts.hpp"

#include "pragmas.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <utility>

namespace databased::sqlite {

namespace {

constexpr std::array<std::string_view, 3> functions_that_add_code{"load_extension", "fts3_tokenizer",
                                                                  "icu_load_collation"};
constexpr std::array<std::string_view, 3> functions_that_do_more{"changes", "total_changes", "databased_notify"};
// The first one answers by ANALYZE.
constexpr std::array<std::string_view, 1> tables_that_act{"pragma_optimize"};

std::string_view text_of(const char* text) noexcept { return text != nullptr ? text : std::string_view{}; }

template <class List>
bool contains(const List& list, std::string_view word) noexcept {
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_schema_table(std::string_view table) noexcept {
    return table == "sqlite_master" || table == "sqlite_temp_master" || table == "sqlite_schema" ||
           table == "sqlite_temp_schema";
}

bool is_temporary(std::string_view database) noexcept { return database == "temp"; }

}  // namespace

std::string lower_case(std::string_view name) {
    std::string lower{name};
    for (char& character : lower) {
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
    }
    return lower;
}

int FactsReader::on_action(int action, const char* first, const char* second, const char* database, const char* cause) {
    switch (action) {
        case SQLITE_SELECT:
        case SQLITE_RECURSIVE:
            return SQLITE_OK;
        case SQLITE_READ:
            if (contains(tables_that_act, text_of(first))) does_more_ = true;
            return SQLITE_OK;
        case SQLITE_FUNCTION:
            on_function(text_of(second));
            return SQLITE_OK;
        case SQLITE_INSERT:
        case SQLITE_UPDATE:
        case SQLITE_DELETE:
            on_rows(action, text_of(first), text_of(database), cause != nullptr);
            return SQLITE_OK;
        case SQLITE_TRANSACTION:
        case SQLITE_SAVEPOINT:
            return on_transaction(action, text_of(first));
        case SQLITE_PRAGMA:
            return on_pragma(text_of(first), second, text_of(database));
        case SQLITE_ATTACH:
        case SQLITE_DETACH:
            leave(Trace::attachment);
            return SQLITE_OK;
        case SQLITE_REINDEX:
            defines_ = true;
            return SQLITE_OK;
        case SQLITE_ALTER_TABLE:
            defines_ = true;
            if (is_temporary(text_of(first))) leave(Trace::temporary_object);
            return SQLITE_OK;
        default:  // CREATE, DROP and ANALYZE
            defines_ = true;
            if (is_temporary(text_of(database))) leave(Trace::temporary_object);
            return SQLITE_OK;
    }
}

int FactsReader::on_transaction(int action, std::string_view verb) {
    if (action == SQLITE_SAVEPOINT && verb == "BEGIN") verb = "SAVEPOINT";
    if (action == SQLITE_SAVEPOINT && verb == "ROLLBACK") verb = "ROLLBACK TO";
    facts_.transaction_verb = verb;
    return SQLITE_DENY;
}

/// Virtual tables ask questions while a text that uses them is prepared.
int FactsReader::on_pragma(std::string_view name, const char* argument, std::string_view database) {
    if (argument == nullptr || kind_of_pragma(name) == PragmaKind::question) {
        does_more_ = true;
        return SQLITE_OK;
    }
    leave(Trace::setting);
    facts_.pragma = name;
    facts_.schema = database;
    return may_set_ ? SQLITE_OK : SQLITE_DENY;
}

/// What CREATE and its kin do to the schema's tables, also to that of `temp` when they rename something elsewhere, is
/// told by name as well.
void FactsReader::on_rows(int action, std::string_view table, std::string_view database, bool is_caused) {
    if (is_schema_table(table)) {
        does_more_ = true;
        return;
    }
    if (!is_caused) {
        facts_.changes_rows = true;
        if (action == SQLITE_INSERT) facts_.inserts = true;
    }
    if (is_temporary(database)) {
        leave(is_caused ? Trace::triggered_rows : Trace::temporary_rows);
    } else if (database == "main") {
        changes_main_ = true;
        written_.names.insert(lower_case(table));
    } else {
        does_more_ = true;
    }
}

void FactsReader::on_function(std::string_view name) {
    if (name == "last_insert_rowid") {
        facts_.reads_last_rowid = true;
    } else if (contains(functions_that_add_code, name)) {
        leave(Trace::extension);
    } else if (contains(functions_that_do_more, name)) {
        does_more_ = true;
    }
}

void FactsReader::leave(Trace trace) noexcept { facts_.trace = std::max(facts_.trace, trace); }

StatementFacts FactsReader::finish(bool is_readonly, bool is_explained) {
    is_readonly = is_readonly || is_explained;
    facts_.is_readonly = is_readonly;
    const bool is_plain = !does_more_ && !defines_ && facts_.trace == Trace::none;
    written_.may_be_any = defines_;
    if (!is_readonly && (defines_ || changes_main_)) {
        facts_.written = std::make_shared<const WrittenTables>(std::move(written_));
    }
    if (is_readonly || defines_) facts_.changes_rows = facts_.inserts = false;
    if (is_readonly) {
        if (is_explained && facts_.trace != Trace::setting) facts_.trace = Trace::none;
        if (is_plain && !facts_.reads_last_rowid) facts_.nature = Nature::read;
    } else if (is_plain && changes_main_) {
        facts_.nature = Nature::change;
    }
    return std::move(facts_);
}

}  // namespace databased::sqlite
