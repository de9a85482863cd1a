package expr

