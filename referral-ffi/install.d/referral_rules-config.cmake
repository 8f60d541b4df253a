# find_package(referral_rules) gives the targets referral_rules::referral_rules (shared) and referral_rules::static.
get_filename_component(referral_rules_libdir "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
get_filename_component(referral_rules_prefix "${referral_rules_libdir}/@up@" ABSOLUTE)

if(NOT TARGET referral_rules::referral_rules)
  add_library(referral_rules::referral_rules SHARED IMPORTED)
  set_target_properties(referral_rules::referral_rules PROPERTIES
    IMPORTED_LOCATION "${referral_rules_libdir}/libreferral_rules.so.@version@"
    IMPORTED_SONAME "libreferral_rules.so.@abi@"
    INTERFACE_INCLUDE_DIRECTORIES "${referral_rules_prefix}/include")

  add_library(referral_rules::static STATIC IMPORTED)
  set_target_properties(referral_rules::static PROPERTIES
    IMPORTED_LOCATION "${referral_rules_libdir}/libreferral_rules.a"
    INTERFACE_INCLUDE_DIRECTORIES "${referral_rules_prefix}/include"
    INTERFACE_LINK_LIBRARIES "pthread;dl;m")
endif()
