#include "pragmas.hpp"

#include <algorithm>
#include <array>

namespace databased::sqlite {

namespace {

struct PragmaRule {
    std::string_view name;
    PragmaKind kind;
};

// https://www.sqlite.org/pragma.html, and what SQLite 3.40 was seen to do inside and outside transactions.
constexpr std::array rules{
    PragmaRule{"analysis_limit", PragmaKind::setting},
    PragmaRule{"application_id", PragmaKind::question},
    PragmaRule{"auto_vacuum", PragmaKind::new_file},
    PragmaRule{"automatic_index", PragmaKind::setting},
    PragmaRule{"busy_timeout", PragmaKind::setting},
    PragmaRule{"cache_size", PragmaKind::setting},
    PragmaRule{"cache_spill", PragmaKind::setting},
    PragmaRule{"cell_size_check", PragmaKind::setting},
    PragmaRule{"checkpoint_fullfsync", PragmaKind::setting},
    PragmaRule{"collation_list", PragmaKind::question},
    PragmaRule{"compile_options", PragmaKind::question},
    PragmaRule{"count_changes", PragmaKind::setting},
    PragmaRule{"data_store_directory", PragmaKind::process},
    PragmaRule{"data_version", PragmaKind::question},
    PragmaRule{"database_list", PragmaKind::question},
    PragmaRule{"default_cache_size", PragmaKind::question},
    PragmaRule{"defer_foreign_keys", PragmaKind::setting},
    PragmaRule{"empty_result_callbacks", PragmaKind::setting},
    PragmaRule{"encoding", PragmaKind::new_file},
    PragmaRule{"foreign_key_check", PragmaKind::question},
    PragmaRule{"foreign_key_list", PragmaKind::question},
    PragmaRule{"foreign_keys", PragmaKind::outside_transactions},
    PragmaRule{"freelist_count", PragmaKind::question},
    PragmaRule{"full_column_names", PragmaKind::setting},
    PragmaRule{"fullfsync", PragmaKind::setting},
    PragmaRule{"function_list", PragmaKind::question},
    PragmaRule{"hard_heap_limit", PragmaKind::process},
    PragmaRule{"hexkey", PragmaKind::key},
    PragmaRule{"hexrekey", PragmaKind::key},
    PragmaRule{"ignore_check_constraints", PragmaKind::setting},
    PragmaRule{"incremental_vacuum", PragmaKind::question},
    PragmaRule{"index_info", PragmaKind::question},
    PragmaRule{"index_list", PragmaKind::question},
    PragmaRule{"index_xinfo", PragmaKind::question},
    PragmaRule{"integrity_check", PragmaKind::question},
    PragmaRule{"journal_mode", PragmaKind::setting},
    PragmaRule{"journal_size_limit", PragmaKind::setting},
    PragmaRule{"key", PragmaKind::key},
    PragmaRule{"legacy_alter_table", PragmaKind::setting},
    PragmaRule{"locking_mode", PragmaKind::locking},
    PragmaRule{"max_page_count", PragmaKind::setting},
    PragmaRule{"mmap_size", PragmaKind::setting},
    PragmaRule{"module_list", PragmaKind::question},
    PragmaRule{"optimize", PragmaKind::question},
    PragmaRule{"page_count", PragmaKind::question},
    PragmaRule{"page_size", PragmaKind::new_file},
    PragmaRule{"pragma_list", PragmaKind::question},
    PragmaRule{"query_only", PragmaKind::setting},
    PragmaRule{"quick_check", PragmaKind::question},
    PragmaRule{"read_uncommitted", PragmaKind::setting},
    PragmaRule{"recursive_triggers", PragmaKind::setting},
    PragmaRule{"rekey", PragmaKind::key},
    PragmaRule{"reverse_unordered_selects", PragmaKind::setting},
    PragmaRule{"schema_version", PragmaKind::question},
    PragmaRule{"secure_delete", PragmaKind::setting},
    PragmaRule{"short_column_names", PragmaKind::setting},
    PragmaRule{"shrink_memory", PragmaKind::question},
    PragmaRule{"soft_heap_limit", PragmaKind::process},
    PragmaRule{"synchronous", PragmaKind::setting},
    PragmaRule{"table_info", PragmaKind::question},
    PragmaRule{"table_list", PragmaKind::question},
    PragmaRule{"table_xinfo", PragmaKind::question},
    PragmaRule{"temp_store", PragmaKind::setting},
    PragmaRule{"temp_store_directory", PragmaKind::process},
    PragmaRule{"textkey", PragmaKind::key},
    PragmaRule{"textrekey", PragmaKind::key},
    PragmaRule{"threads", PragmaKind::setting},
    PragmaRule{"trusted_schema", PragmaKind::setting},
    PragmaRule{"user_version", PragmaKind::question},
    PragmaRule{"wal_autocheckpoint", PragmaKind::setting},
    PragmaRule{"wal_checkpoint", PragmaKind::question},
    PragmaRule{"writable_schema", PragmaKind::setting},
};

constexpr char lower_case(char letter) noexcept {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool is_same_name(std::string_view left, std::string_view right) noexcept {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return lower_case(a) == lower_case(b); });
}

}  // namespace

PragmaKind kind_of_pragma(std::string_view name) noexcept {
    const auto rule =
        std::find_if(rules.begin(), rules.end(), [&](const PragmaRule& one) { return is_same_name(one.name, name); });
    return rule == rules.end() ? PragmaKind::unknown : rule->kind;
}

}  // namespace databased::sqlite
