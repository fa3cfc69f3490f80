#include "session_effects.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

namespace databased::postgresql {

namespace {

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string upper_case(std::string_view text) {
    std::string upper{text};
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return upper;
}

/// Whether `word` occurs in `text`, which is in upper case, also inside a string: to see too much does no harm.
bool has_word(std::string_view text, std::string_view word) {
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const bool begins = at == 0 || !is_word_character(text[at - 1]);
        const auto end = at + word.size();
        if (begins && (end == text.size() || !is_word_character(text[end]))) return true;
    }
    return false;
}

constexpr std::array<std::string_view, 4> session_locks{"PG_ADVISORY_LOCK", "PG_ADVISORY_LOCK_SHARED",
                                                        "PG_TRY_ADVISORY_LOCK", "PG_TRY_ADVISORY_LOCK_SHARED"};

Effect effects_of_functions(std::string_view text) {
    Effect effects = Effect::none;
    if (has_word(text, "SET_CONFIG")) effects = effects | Effect::settings;
    const bool locks = std::any_of(session_locks.begin(), session_locks.end(),
                                   [&](std::string_view function) { return has_word(text, function); });
    return locks ? effects | Effect::locks : effects;
}

// Commands that leave nothing behind but what is in the transaction, or what ends with it.
constexpr std::array<std::string_view, 20> harmless{
    "INSERT", "UPDATE", "DELETE", "MERGE", "EXPLAIN", "ANALYZE", "VACUUM", "REINDEX",  "CLUSTER",   "COMMENT",
    "GRANT",  "REVOKE", "NOTIFY", "SHOW",  "FETCH",   "MOVE",    "COPY",   "UNLISTEN", "SAVEPOINT", "RELEASE"};
constexpr std::array<std::string_view, 9> harmless_beginnings{"CREATE ", "ALTER ",   "DROP ",  "TRUNCATE ", "LOCK ",
                                                              "CLOSE ",  "REFRESH ", "COMMIT", "ROLLBACK"};

bool is_harmless(std::string_view command) {
    return std::find(harmless.begin(), harmless.end(), command) != harmless.end() ||
           std::any_of(harmless_beginnings.begin(), harmless_beginnings.end(),
                       [&](std::string_view beginning) { return command.starts_with(beginning); });
}

Effect effects_of_command(std::string_view command, std::string_view text) {
    const bool makes_temporary = has_word(text, "TEMP") || has_word(text, "TEMPORARY") || has_word(text, "PG_TEMP");
    if (command == "SELECT" || command.starts_with("CREATE ")) {
        return makes_temporary && !text.ends_with("ON COMMIT DROP") ? Effect::temporary : Effect::none;
    }
    if (command == "SET") {
        const bool ends_with_transaction =
            has_word(text, "LOCAL") || has_word(text, "TRANSACTION") || has_word(text, "CONSTRAINTS");
        return ends_with_transaction && !has_word(text, "SESSION") ? Effect::none : Effect::settings;
    }
    if (command == "RESET") return Effect::settings;
    if (command == "LISTEN") return Effect::listening;
    if (command == "DECLARE CURSOR") return has_word(text, "HOLD") ? Effect::cursors : Effect::none;
    if (command == "PREPARE" || command == "DEALLOCATE") return Effect::statements;
    return is_harmless(command) ? Effect::none : Effect::all;
}

}  // namespace

Effect effects_of(const SqlText& text) {
    const std::string words = upper_case(text.text);
    return effects_of_command(text.command, words) | effects_of_functions(words);
}

bool changes_schema(const SqlText& text) {
    const std::string& command = text.command;
    return command.starts_with("ALTER ") || command.starts_with("DROP ") || command.starts_with("CREATE ") ||
           effects_of(text) == Effect::all;
}

bool drops_statements(const SqlText& text) {
    return text.command.starts_with("DEALLOCATE") || text.command.starts_with("DISCARD");
}

}  // namespace databased::postgresql
