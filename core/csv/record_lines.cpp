#include "csv/record_lines.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace databased::detail {

namespace {

constexpr std::size_t most_entries = 65'536;

/// What a bulk insert says of one of its rows.
struct AboutItem {
    std::size_t item = 0;
    std::string_view rest{};
};

std::optional<AboutItem> item_of(std::string_view message) noexcept {
    constexpr std::string_view word = "item ";
    constexpr std::string_view colon = ": ";
    if (!message.starts_with(word)) return std::nullopt;
    message.remove_prefix(word.size());
    AboutItem about;
    const auto [end, error] = std::from_chars(message.data(), message.data() + message.size(), about.item);
    if (error != std::errc()) return std::nullopt;
    message.remove_prefix(static_cast<std::size_t>(end - message.data()));
    if (!message.starts_with(colon)) return std::nullopt;
    about.rest = message.substr(colon.size());
    return about;
}

std::string place_of(std::size_t record, const RecordLines& lines, std::string_view name) {
    const auto line = lines.find(record);
    std::string place{name};
    if (line) place += (name.empty() ? "line " : ":") + std::to_string(*line) + ' ';
    if (!line && !name.empty()) place += ' ';
    place += (line ? "(record " : "record ") + std::to_string(record + 1) + (line ? ")" : "");
    return place;
}

std::string message_of(std::string_view message, std::string_view column, const RecordLines& lines,
                       std::string_view name) {
    const auto about = item_of(message);
    if (!about) return std::string{message};
    std::string all = place_of(about->item, lines, name);
    if (!column.empty()) all += ", column " + std::string{column};
    return all + ": " + std::string{about->rest};
}

std::exception_ptr as_database_error(ErrorDetails details) {
    try {
        throw_database_error(std::move(details));
    } catch (...) {
        return std::current_exception();
    }
}

}  // namespace

void RecordLines::add(std::size_t record, std::size_t line) {
    if (!entries_.empty() && line - entries_.back().line == record - entries_.back().record) return;
    entries_.push_back({record, line});
    if (entries_.size() > most_entries) entries_.pop_front();
}

std::optional<std::size_t> RecordLines::find(std::size_t record) const noexcept {
    const auto behind = std::upper_bound(entries_.begin(), entries_.end(), record,
                                         [](std::size_t wanted, const Entry& entry) { return wanted < entry.record; });
    if (behind == entries_.begin()) return std::nullopt;
    const Entry& entry = *std::prev(behind);
    return entry.line + (record - entry.record);
}

std::exception_ptr with_line(const std::exception_ptr& failure, const RecordLines& lines, std::string_view name) {
    try {
        std::rethrow_exception(failure);
    } catch (const QueryError& error) {
        ErrorDetails details = error.details();
        const bool has_column = details.columns.size() == 1;
        details.message = message_of(error.what(), has_column ? details.columns.front() : "", lines, name);
        return as_database_error(std::move(details));
    } catch (const ParameterError& error) {
        return std::make_exception_ptr(ParameterError(message_of(error.what(), {}, lines, name)));
    } catch (...) {
        return failure;
    }
}

}  // namespace databased::detail
