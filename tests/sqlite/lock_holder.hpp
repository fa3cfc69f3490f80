// Another process that holds a lock on a database file.
#pragma once

#include "support/process.hpp"
#include "support/sqlite_file.hpp"

#include <string>

#include <gtest/gtest.h>

class LockHolder {
  public:
    explicit LockHolder(const support::SqliteFile& file, const std::string& begin = "BEGIN IMMEDIATE")
        : process_({LOCK_HOLDER_PROGRAM, file.path(), begin}) {
        EXPECT_EQ(process_.read_line(), "begun");
    }
    void commit() {
        process_.write_line("commit");
        EXPECT_EQ(process_.read_line(), "committed");
    }

  private:
    support::ChildProcess process_;
};
