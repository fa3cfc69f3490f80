#include "statement/sql_cache.hpp"

#include <databased/error.hpp>
#include <databased/statement.hpp>
#include <databased/task.hpp>

#include <algorithm>

namespace databased {

namespace {

/// The texts that this thread used last, for each dialect that it uses: one or two, as a rule. Statements are made on
/// the thread that calls, so no lock is needed.
detail::SqlCache& cache_of(const Dialect& dialect) {
    thread_local std::vector<std::unique_ptr<detail::SqlCache>> caches;
    for (const auto& cache : caches) {
        if (&cache->dialect() == &dialect) return *cache;
    }
    return *caches.emplace_back(std::make_unique<detail::SqlCache>(dialect));
}

}  // namespace

// Parameters

Parameters::Parameters() noexcept = default;
Parameters::Parameters(const Parameters& other) = default;
Parameters::Parameters(Parameters&& other) noexcept = default;
Parameters& Parameters::operator=(const Parameters& other) = default;
Parameters& Parameters::operator=(Parameters&& other) noexcept = default;
Parameters::~Parameters() = default;

std::size_t Parameters::size() const noexcept { return entries_.empty() ? values_.size() : entries_.size(); }

void Parameters::write_entries() {
    if (!entries_.empty()) return;
    for (std::size_t i = 0; i < values_.size(); ++i) entries_.push_back({.first_cell = i});
}

void Parameters::begin_entry(std::string_view name) {
    write_entries();
    entries_.push_back({.name_begin = names_.size(), .name_size = name.size(), .first_cell = values_.size()});
    names_ += name;
}

void Parameters::drop_entry() noexcept {
    names_.resize(entries_.back().name_begin);
    values_.resize(entries_.back().first_cell);
    entries_.resize(entries_.size() - 1);
}

void Parameters::begin_list() { entries_.back().is_list = true; }
void Parameters::end_list() { entries_.back().cells = values_.size() - entries_.back().first_cell; }

// Statement

Statement::Statement() noexcept = default;
Statement::Statement(const Statement& other) = default;
Statement::Statement(Statement&& other) noexcept = default;
Statement::~Statement() = default;

void Statement::reorder(std::size_t first) {
    if (!order_.empty()) values_.reorder(first, order_);
}

Statement::Pointer Statement::empty() { return Pointer{new Statement}; }

Statement::Pointer Statement::make_bound(const StatementRules& rules, std::string_view sql,
                                         const Parameters& parameters) {
    Pointer statement = empty();
    try {
        statement->bind(rules, sql, Parameters{parameters});
    } catch (...) {
        statement->fail();
    }
    return statement;
}

Statement::Pointer Statement::make_erased(const StatementRules& rules, std::string_view sql,
                                          const detail::ErasedArgument* arguments, std::size_t count) {
    Pointer statement = empty();
    try {
        Parameters parameters;
        for (std::size_t i = 0; i < count; ++i) arguments[i].add(parameters, arguments[i].value);
        statement->bind(rules, sql, std::move(parameters));
    } catch (...) {
        statement->fail();
    }
    return statement;
}

Statement::Pointer Statement::of_rows(std::shared_ptr<const SqlText> text, detail::ParameterBuffer values,
                                      std::size_t first_item, std::size_t items_in_a_run) {
    Pointer statement = empty();
    statement->text_ = std::move(text);
    statement->values_ = std::move(values);
    statement->runs_ = statement->values_.size() / statement->text_->parameter_count;
    statement->first_item_ = first_item;
    statement->items_in_a_run_ = items_in_a_run;
    statement->many_ = true;
    return statement;
}

std::string Statement::name_of_item(std::size_t run) const {
    if (!many_) return {};
    const std::string first = std::to_string(item(run));
    if (items_in_a_run_ == 1) return "item " + first + ": ";
    return "items " + first + " to " + std::to_string(item(run + 1) - 1) + ": ";
}

Statement::Pointer Statement::copy() const { return Pointer{new Statement{*this}}; }

void Statement::check() const {
    if (error_) std::rethrow_exception(error_);
}

void* Statement::operator new(std::size_t size) { return detail::allocate_frame(size); }
void Statement::operator delete(void* statement, std::size_t size) noexcept { detail::release_frame(statement, size); }

detail::BoundSql Statement::bind_text(const StatementRules& rules, std::string_view sql, const Parameters& parameters) {
    static constexpr std::array<detail::ArgumentShape, 16> plain{};
    detail::SqlCache& cache = cache_of(*rules.dialect);
    const std::size_t count = parameters.size();
    if (parameters.entries_.empty() && count <= plain.size()) {
        return cache.bind(sql, std::span{plain}.first(count), rules.max_parameters);
    }
    std::vector<detail::ArgumentShape> shapes(count);
    for (std::size_t i = 0; i < parameters.entries_.size(); ++i) {
        const auto& entry = parameters.entries_[i];
        shapes[i].name = std::string_view{parameters.names_}.substr(entry.name_begin, entry.name_size);
        if (entry.is_list) shapes[i].list_length = static_cast<std::uint32_t>(entry.cells);
    }
    return cache.bind(sql, shapes, rules.max_parameters);
}

void Statement::bind(const StatementRules& rules, std::string_view sql, Parameters&& parameters) {
    detail::BoundSql bound = bind_text(rules, sql, parameters);
    text_ = std::move(bound.text);
    values_ = std::move(parameters.values_);
    if (bound.order.empty()) return;
    for (const auto& origin : bound.order) {
        const bool plain = parameters.entries_.empty();
        const std::size_t first = plain ? origin.argument : parameters.entries_[origin.argument].first_cell;
        order_.push_back(static_cast<std::uint32_t>(first + origin.element));
    }
    reorder(0);
}

void Statement::bind_next(const StatementRules& rules, std::string_view sql, Parameters parameters) {
    if (runs_ == 0) {
        bind(rules, sql, std::move(parameters));
    } else {
        Statement next;
        next.bind(rules, sql, std::move(parameters));
        if (next.text_->text != text_->text) {
            throw ParameterError("its lists have other lengths than those of the first item; execute it by itself");
        }
        values_.append(next.values_);
    }
    ++runs_;
}

void Statement::fail() noexcept { error_ = std::current_exception(); }

void Statement::fail_item() noexcept {
    fail();
    try {
        throw;
    } catch (const ParameterError& problem) {
        error_ = std::make_exception_ptr(ParameterError("item " + std::to_string(runs_) + ": " + problem.what()));
    } catch (...) {
        // others speak of the text, which is the same for all items
    }
}

}  // namespace databased
