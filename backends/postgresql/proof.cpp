#include "proof.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace databased::postgresql {

namespace {

// https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
constexpr std::size_t longest_name = 63;
constexpr std::size_t most_names = 512;

bool is_name_character(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::string lower_case(std::string_view word) {
    std::string lower{word};
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

/// As the server cuts it, between characters.
std::string cut(std::string name) {
    if (name.size() <= longest_name) return name;
    std::size_t end = longest_name;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
    name.resize(end);
    return name;
}

/// A name may begin behind a number or a string in dollars without anything between.
void add_word(std::string_view word, std::set<std::string>& names) {
    for (std::size_t i = 0; i < word.size(); ++i) {
        const bool may_begin = i == 0 || word[i - 1] == '$' || is_digit(word[i - 1]);
        if (!may_begin || is_digit(word[i]) || word[i] == '$') continue;
        names.insert(cut(lower_case(word.substr(i))));
        names.insert(cut(std::string{word.substr(i)}));
        if (names.size() > most_names) return;
    }
}

/// All words, also those in strings and comments: where these begin and end depends on settings of the server.
void add_words(std::string_view text, std::set<std::string>& names) {
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_name_character(text[end])) ++end;
        if (end == at) {
            ++at;
            continue;
        }
        add_word(text.substr(at, end - at), names);
        at = end;
    }
}

/// What stands between two quotation marks, whichever of them begins a name.
void add_quoted(std::string_view text, std::set<std::string>& names) {
    auto open = text.find('"');
    while (open != text.npos) {
        const auto close = text.find('"', open + 1);
        if (close == text.npos) return;
        names.insert(cut(std::string{text.substr(open + 1, close - open - 1)}));
        open = close;
    }
}

/// Names of which more than their characters would have to be understood.
bool hides_names(std::string_view text) {
    const std::string lower = lower_case(text);
    return lower.find("u&\"") != lower.npos || lower.find("\"\"") != lower.npos;
}

bool has_any(const std::set<std::string>& names, std::initializer_list<const char*> words) {
    return std::any_of(words.begin(), words.end(), [&](const char* word) { return names.contains(word); });
}

}  // namespace

std::optional<ProofQuestion> question_about(const SqlText& text) {
    const std::string_view sql = text.text;
    const std::string& command = text.command;
    const bool reads = command == "SELECT" || command == "WITH" || command == "VALUES" || command == "TABLE";
    const bool changes = command == "INSERT" || command == "UPDATE" || command == "DELETE" || command == "MERGE";
    if ((!reads && !changes) || hides_names(sql)) return std::nullopt;
    std::set<std::string> names;
    add_words(sql, names);
    if (reads && names.contains("into")) return std::nullopt;
    add_quoted(sql, names);
    if (names.size() > most_names) return std::nullopt;
    ProofQuestion question;
    question.changes = changes || has_any(names, {"insert", "update", "delete", "merge"}) ||
                       (names.contains("for") && has_any(names, {"share"}));
    question.names.assign(names.begin(), names.end());
    return question;
}

std::shared_ptr<Proof> Proofs::find(const SqlText& text) {
    const auto [first, last] = proofs_.equal_range(text.hash);
    for (auto place = first; place != last; ++place) {
        if (place->second.first == text.text) return place->second.second;
    }
    if (proofs_.size() >= most) proofs_.clear();
    auto proof = std::make_shared<Proof>();
    proofs_.emplace(text.hash, std::pair{text.text, proof});
    return proof;
}

const Proof* Proofs::known(const SqlText& text) const noexcept {
    const auto [first, last] = proofs_.equal_range(text.hash);
    const auto place = std::find_if(first, last, [&](const auto& entry) { return entry.second.first == text.text; });
    return place != last ? place->second.second.get() : nullptr;
}

Nature Proofs::known_nature(const SqlText& text, Clock::time_point now) const noexcept {
    const Proof* proof = known(text);
    if (proof == nullptr) return Nature::unknown;
    const Nature known = nature(*proof, now);
    return known == Nature::read && proof->takes >= quick ? Nature::unknown : known;
}

Nature Proofs::nature(const Proof& proof, Clock::time_point now) const noexcept {
    const bool holds = proof.schema_version == schema_version_ && now - holds_for < proof.asked_at;
    return holds ? proof.nature : Nature::unknown;
}

bool Proofs::is_wanted(const Proof& proof, Clock::time_point now) const noexcept {
    if (!proof.can_be_asked || proof.is_asked || proof.uses < 2) return false;
    return proof.schema_version != schema_version_ || proof.asked_at <= now - asked_again_after;
}

void Proof::answer(const ProofQuestion& question, bool leaves_nothing, bool numbers) noexcept {
    draws_numbers = numbers;
    nature = Nature::unknown;
    if (leaves_nothing) nature = question.changes || numbers ? Nature::change : Nature::read;
}

}  // namespace databased::postgresql
