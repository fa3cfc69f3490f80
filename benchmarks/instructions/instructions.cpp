// Runs one workload. What an operation takes is the difference between two runs, divided by that of their numbers of
// operations.
// usage: databased_instructions WORKLOAD OPERATIONS [URL_OF_POSTGRESQL]
//        databased_instructions --list      (each workload, and of what its number of operations is a multiple)
#include "workloads.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using instructions::Workload;

std::vector<Workload> all_workloads() {
    std::vector<Workload> all;
    for (const auto& some : {instructions::postgresql_workloads(), instructions::sqlite_workloads()}) {
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

int list() {
    for (const auto& workload : all_workloads()) std::cout << workload.name << ' ' << workload.step << '\n';
    return EXIT_SUCCESS;
}

int usage() {
    std::cerr << "usage: databased_instructions WORKLOAD OPERATIONS [URL_OF_POSTGRESQL] | --list\n";
    return EXIT_FAILURE;
}

int run(std::string_view name, int operations, const std::string& url) {
    for (const auto& workload : all_workloads()) {
        if (workload.name != name) continue;
        if (operations <= 0 || operations % workload.step != 0) {
            std::cerr << name << " takes a multiple of " << workload.step << " operations\n";
            return EXIT_FAILURE;
        }
        workload.run(url, operations);
        return EXIT_SUCCESS;
    }
    return usage();
}

}  // namespace

int main(int count, char** words) {
    if (count == 2 && std::string_view{words[1]} == "--list") return list();
    if (count != 3 && count != 4) return usage();
    try {
        return run(words[1], std::atoi(words[2]), count == 4 ? words[3] : "");
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
